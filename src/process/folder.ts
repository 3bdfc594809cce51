// The folder that a command is run in, also where Node has no name for it.
//
// A name may have any bytes, and Node knows only text in UTF-8: its name of such a folder leads nowhere. The
// system knows the folder by another name as well, by which make/track starts this bundle there.

import { statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';

const ALIAS = '/proc/self/cwd';

const isFolder = (path: string) =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** The working folder; undefined when it is not there any more. */
export function workingFolder(): string | undefined {
  let folder: string;
  try {
    folder = process.cwd();
  } catch {
    return undefined;
  }
  try {
    return isFolder(folder) || !isFolder(ALIAS) ? folder : ALIAS;
  } catch {
    return folder; // Not ours to look at.
  }
}

/** A path that somebody named, from the root on. */
export function absolute(path: string): string {
  return isAbsolute(path) ? resolve(path) : join(workingFolder() ?? resolve('.'), path);
}
