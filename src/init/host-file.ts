// Looks at one path of a host project: is something there, and is it ours to write or remove?

import { accessSync, constants, lstatSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { readRegular, readRegularText } from '../files/regular';
import { DROP_IN, FILES, SETTINGS } from './layout';
import { sealOf } from './seal';

/** What is at a path. Only a plain file can be ours: init writes no links, and none are followed. */
export type HostFile =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'other'; readonly what: string }
  | { readonly kind: 'file'; readonly text: string; readonly seal: ReturnType<typeof sealOf> };

export function look(root: string, path: string): HostFile {
  const file = join(root, path);
  let stat: ReturnType<typeof lstatSync>;
  try {
    stat = lstatSync(file, { throwIfNoEntry: false });
  } catch {
    return { kind: 'nothing' }; // Below a file: `trouble` of its folder says so.
  }
  if (!stat) return { kind: 'nothing' };
  if (stat.isSymbolicLink()) return { kind: 'other', what: 'a link' };
  if (stat.isDirectory()) return { kind: 'other', what: 'a folder' };
  if (!stat.isFile()) return { kind: 'other', what: 'no plain file' };
  const text = readRegularText(file);
  return { kind: 'file', text, seal: sealOf(text) };
}

/**
 * A plain file, or the one that a link inside of the project leads to, with a letter for each byte (latin1):
 * names in it need not be UTF-8, and what is written back has to be what they were.
 */
export function bytesAt(root: string, path: string): string | undefined {
  const file = join(root, path);
  try {
    return readRegular(file).toString('latin1');
  } catch {
    return undefined;
  }
}

/** Whether a path, its links followed, stays in the project. */
export function isInside(root: string, path: string): boolean {
  // Byte by byte: a name need not be text.
  const real = (each: string) => `${realpathSync.native(each, 'latin1')}${sep}`;
  return real(join(root, path)).startsWith(real(root));
}

/** What keeps us from making or removing files in the folder of a path; undefined when nothing does. */
export function trouble(root: string, path: string): string | undefined {
  const folder = dirname(path);
  const at = join(root, folder);
  if (!lstatSync(at, { throwIfNoEntry: false })) return undefined; // Made when it is needed.
  const stat = statSync(at, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return `${folder} is not a folder, and one of that name is needed`;
  if (!isInside(root, folder)) return `${folder} is a link that leads out of the project`;
  try {
    accessSync(at, constants.W_OK | constants.X_OK);
  } catch {
    const name = folder === '.' ? 'the folder' : folder;
    return `${name} cannot be written: permission denied`;
  }
  return undefined;
}

/** Whether the host has a GNUmakefile that is not ours. */
export function hasOwnDropIn(root: string): boolean {
  const at = look(root, DROP_IN);
  if (at.kind === 'file') {
    const ours = FILES.find(({ path }) => path === DROP_IN)!.text();
    return at.seal === 'none' && at.text !== ours;
  }
  return at.kind === 'other';
}

/** Whether there are settings of the host's own. */
export const hasSettings = (root: string) => look(root, SETTINGS).kind !== 'nothing';
