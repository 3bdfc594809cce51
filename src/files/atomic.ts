// Replaces a whole file so that every reader, and every crash, sees the old one or the new one.

import {
  closeSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { giveTo, giveToOwnerOf } from './owner';

/** Where the content really lives: a link is followed, so that it stays a link. */
function target(path: string): string {
  try {
    return lstatSync(path).isSymbolicLink() ? realpathSync(path) : path;
  } catch {
    return path;
  }
}

function existing(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

/**
 * Writes `text` to `path`: temporary file in the same folder, fsync, rename, fsync of the folder.
 * Owner and mode of an existing file are kept; a new one belongs to the owner of its folder.
 * Without `durably` the two fsyncs are left out: for what may be older after a power cut.
 * @throws the system's error; the old file is then untouched and no temporary file is left.
 */
export function writeAtomically(path: string, text: string, durably = true): void {
  const file = target(path);
  const folder = dirname(file);
  const before = existing(file);
  const temporary = join(folder, `.onramp-analytics.${process.pid}.${Date.now()}.tmp`);
  const handle = openSync(temporary, 'wx', before ? before.mode & 0o777 : 0o644);
  try {
    try {
      writeSync(handle, text);
      if (before) fchmodSync(handle, before.mode & 0o7777);
      if (durably) fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    if (before) giveTo(before, temporary);
    else giveToOwnerOf(folder, temporary);
    renameSync(temporary, file);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  }
  if (durably) syncFolder(folder);
}

/** Makes the rename itself durable. Not every system lets a folder be synced; that is no failure. */
function syncFolder(folder: string): void {
  try {
    const handle = openSync(folder, 'r');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch {
    // The content is safe either way; only its name may be the old one after a power cut.
  }
}
