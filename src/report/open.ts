// Opens a file with whatever the desktop opens such files with.

import { spawn } from 'node:child_process';

function opener(): [program: string, ...args: string[]] {
  if (process.platform === 'darwin') return ['open'];
  if (process.platform === 'win32') return ['cmd', '/c', 'start', ''];
  return ['xdg-open'];
}

/** Opens it, and does not wait. @returns whether there was a program to do that. */
export function openFile(path: string): Promise<boolean> {
  const [program, ...args] = opener();
  return new Promise((resolve) => {
    const child = spawn(program, [...args, path], { detached: true, stdio: 'ignore' });
    child.on('error', () => resolve(false));
    child.on('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}
