// Replaces a whole file so that every reader, and every crash, sees the old one or the new one.

import {
  closeSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { giveTo, giveToOwnerOf } from './owner';

/** Where a path's content really lives: a link is followed, so that it stays a link. */
export function target(path: string): string {
  try {
    return lstatSync(path).isSymbolicLink() ? realpathSync(path) : path;
  } catch {
    return path;
  }
}

/** The file that is there; a link that was not followed is none. */
function existing(path: string): Stats | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isSymbolicLink() ? undefined : found;
}

const TEMPORARY = /^\.onramp-analytics\.\d+\.(\d+)\.tmp$/;
/** A temporary file that is older belongs to a process that was killed: no write takes this long. */
const LEFT_BEHIND_MS = 60_000;

/** A name for a file that is to take another's place. A pid would repeat, in another container. */
export const temporaryIn = (folder: string): string =>
  join(folder, `.onramp-analytics.${Math.floor(Math.random() * 1e12)}.${Date.now()}.tmp`);

/** Removes temporary files of writers that were killed, and nothing else. Never throws. */
export function removeLeftBehind(folder: string): void {
  try {
    for (const name of readdirSync(folder)) {
      const bornMs = Number(TEMPORARY.exec(name)?.[1] ?? Number.NaN);
      if (Math.abs(Date.now() - bornMs) > LEFT_BEHIND_MS) unlinkSync(join(folder, name));
    }
  } catch {
    // Litter, no more.
  }
}

/** Writes all of it: on a disk that is nearly full, one `write` may take a part and call it done. */
export function writeWhole(handle: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
}

/** How a file is to be replaced. */
export interface Replacing {
  /** False leaves the two fsyncs out: for what may be older after a power cut. */
  readonly durably?: boolean;
  /** False replaces a link itself: for files of ours, where a link is somebody else's doing. */
  readonly follows?: boolean;
  /** Asked at the last moment, when the new file is ready to take the old one's place. */
  readonly isStillWanted?: () => boolean;
}

/**
 * Writes `content` to `path`: temporary file in the same folder, fsync, rename, fsync of the folder.
 * Owner and mode of an existing file are kept; a new one belongs to the owner of its folder.
 * @returns false when it was not wanted any more: the old file is then untouched.
 * @throws the system's error; the old file is then untouched and no temporary file is left.
 */
export function writeAtomically(
  path: string,
  content: string | Uint8Array,
  { durably = true, follows = true, isStillWanted }: Replacing = {},
): boolean {
  const file = follows ? target(path) : path;
  const folder = dirname(file);
  const before = existing(file);
  const temporary = temporaryIn(folder);
  const handle = openSync(temporary, 'wx', before ? before.mode & 0o777 : 0o644);
  try {
    try {
      writeWhole(handle, typeof content === 'string' ? Buffer.from(content) : content);
      if (before) fchmodSync(handle, before.mode & 0o7777);
      if (durably) fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    if (before) giveTo(before, temporary);
    else giveToOwnerOf(folder, temporary);
    if (isStillWanted?.() === false) {
      unlinkSync(temporary);
      return false;
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  if (durably) syncFolder(folder);
  removeLeftBehind(folder);
  return true;
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
