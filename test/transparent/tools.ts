// The folder that is a scenario's PATH.

import { accessSync, constants, mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The path of a command, looked up as a shell does; undefined when there is none. */
export function which(command: string): string | undefined {
  if (command.includes('/')) return command;
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return join(folder, command);
    } catch {
      // Not there.
    }
  }
  return undefined;
}

const TOOLS =
  `sh bash dash busybox env sort cat echo head printf printenv git sed grep tr mkdir rm cp
  touch sleep kill nohup setsid perl script stty ps test true false ls ln cc wc date`.split(/\s+/);

/** Makes a folder for PATH: the commands that scenarios use, the make under test, and node or not. */
export function makeTools(folder: string, withNode: boolean): void {
  mkdirSync(folder, { recursive: true });
  const commands = new Map(TOOLS.map((tool) => [tool, which(tool)]));
  commands.set('make', which(process.env.TEST_MAKE ?? 'make'));
  if (withNode) commands.set('node', process.env.TEST_NODE ?? process.execPath);
  for (const [name, path] of commands) if (path) symlinkSync(path, join(folder, name));
}
