// Lets go of what the caller of make had open: `flock 200`, a log, the pipe of a script.
//
// make/track closes the descriptors 3 to 9; a POSIX shell cannot name higher ones.

import { closeSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

const CLOSE_ON_EXEC = 0o2000000;

/** Node opens everything with close-on-exec, so what has not got it was inherited … */
function isInherited(descriptor: string): boolean {
  const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'));
  if (flags && !(Number.parseInt(flags[1]!, 8) & CLOSE_ON_EXEC)) return true;
  // … but Node marks the lowest of those as well. A file is not Node's own this early.
  return /^\/(?!proc\/)/.test(readlinkSync(`/proc/self/fd/${descriptor}`));
}

/** Closes every inherited descriptor but the standard three. Does nothing where there is no /proc. */
export function closeInherited(): void {
  let descriptors: string[];
  try {
    descriptors = readdirSync('/proc/self/fd');
  } catch {
    return;
  }
  for (const descriptor of descriptors) {
    if (Number(descriptor) <= 2) continue;
    try {
      if (isInherited(descriptor)) closeSync(Number(descriptor));
    } catch {
      // The one that listed the folder is gone already.
    }
  }
}
