// Carries a plan out, all of it or nothing: every new text is on the disk, under a temporary name,
// before the first file is replaced, so that a full disk or a missing permission changes nothing.

import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { target, writeWhole } from '../files/atomic';
import { giveTo, giveToOwnerOf } from '../files/owner';

/** A file to be written. Without a mode, an existing file keeps its own. */
export interface Write {
  readonly path: string;
  readonly text: string;
  /** `latin1`: the text has a letter for each byte, as `bytesAt` reads it. UTF-8 without. */
  readonly encoding?: 'latin1';
  readonly mode?: number;
}

interface Staged {
  readonly temporary: string;
  readonly file: string;
}

/** Makes a folder and its parents; returns those that were not there, the innermost first. */
function makeFolder(root: string, folder: string): string[] {
  const made: string[] = [];
  for (let at = folder; !statSync(at, { throwIfNoEntry: false }); at = dirname(at)) made.push(at);
  for (const each of made.toReversed()) {
    mkdirSync(each);
    giveToOwnerOf(root, each);
  }
  return made;
}

function stage(file: string, { text, encoding, mode }: Write): Staged {
  const before = statSync(file, { throwIfNoEntry: false });
  // A name that files/atomic.ts cleans up, should this process be killed.
  const random = Math.floor(Math.random() * 1e12);
  const temporary = join(dirname(file), `.onramp-analytics.${random}.${Date.now()}.tmp`);
  const handle = openSync(temporary, 'wx', 0o644);
  try {
    writeWhole(handle, Buffer.from(text, encoding));
    fsyncSync(handle);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  } finally {
    closeSync(handle);
  }
  if (before) giveTo(before, temporary);
  else giveToOwnerOf(dirname(file), temporary);
  chmodSync(temporary, mode ?? (before ? before.mode & 0o7777 : 0o644));
  return { temporary, file };
}

/** Removes a folder when nothing is left in it. */
function removeIfEmpty(folder: string): boolean {
  try {
    if (readdirSync(folder).length > 0) return false;
    rmdirSync(folder);
    return true;
  } catch {
    return false; // Not there, or not ours to remove: an empty folder does no harm.
  }
}

/**
 * Writes and removes files below `root`, in that order, and folders that are empty because of it.
 * Returns those folders.
 * @throws the system's error; nothing is changed then.
 */
export function apply(
  root: string,
  writes: readonly Write[],
  removes: readonly string[],
): string[] {
  const ready: Staged[] = [];
  const made: string[] = [];
  try {
    for (const write of writes) {
      const file = target(join(root, write.path));
      made.unshift(...makeFolder(root, dirname(file)));
      ready.push(stage(file, write));
    }
  } catch (error) {
    for (const { temporary } of ready) rmSync(temporary, { force: true });
    for (const folder of made) removeIfEmpty(folder);
    throw error;
  }
  for (const { temporary, file } of ready) renameSync(temporary, file);
  for (const path of removes) unlinkSync(join(root, path));
  const folders = [...new Set(removes.map((path) => dirname(path)))].filter((it) => it !== '.');
  return folders.filter((folder) => removeIfEmpty(join(root, folder)));
}
