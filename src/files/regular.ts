// Opens regular files, and nothing else: a pipe, a socket or a device in the place of one may keep whoever
// opens it waiting for ever, and would hold the command of a person or of make.
//
// Everything that the shim reads or writes is opened here, or made new by `writeAtomically`.

import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { systemCode } from '../errors';

const { O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_TRUNC, O_WRONLY } = constants;

/** An error whose code says in words what is wrong with a file: shown as those of the system are. */
export const refusal = (path: string, code: string) =>
  Object.assign(new Error(`${path}: ${code}`), { code, path });

/** How a file is to be opened. */
export interface Opening {
  /** False does not open what a link leads to: for files of ours, where a link is somebody else's doing. */
  readonly follows?: boolean;
  /** Asked with what the opened file is, before anything is read or written: throws to refuse it. */
  readonly check?: (stat: Stats) => void;
}

/** What is there instead of a regular file, in words; undefined for a regular file. */
export function strangeKind(stat: Stats): string | undefined {
  if (stat.isFile()) return undefined;
  if (stat.isDirectory()) return 'a folder';
  if (stat.isSymbolicLink()) return 'a symbolic link';
  if (stat.isFIFO()) return 'a pipe';
  return stat.isSocket() ? 'a socket' : 'a device';
}

/**
 * Opens a regular file without ever waiting for it. `flags` are those of open(2).
 * @returns a descriptor. @throws the system's error, or one whose `code` says that it is no regular file.
 */
export function openRegular(
  path: string,
  flags: number = O_RDONLY,
  { follows = true, check }: Opening = {},
): number {
  let handle: number;
  try {
    // A pipe without O_NONBLOCK is waited for until somebody opens its other end.
    handle = openSync(path, flags | O_NONBLOCK | (follows ? 0 : O_NOFOLLOW), 0o644);
  } catch (error) {
    // A socket; a pipe that is to be written, and that nobody reads; a link that is not to be followed.
    if (!['ENXIO', 'ELOOP'].includes(systemCode(error) ?? '')) throw error;
    const stat = (follows ? statSync : lstatSync)(path, { throwIfNoEntry: false });
    const kind = stat && strangeKind(stat);
    throw kind === undefined ? error : refusal(path, `it is ${kind}, and not a file`);
  }
  try {
    const stat = fstatSync(handle);
    const kind = strangeKind(stat);
    if (kind !== undefined) throw refusal(path, `it is ${kind}, and not a file`);
    check?.(stat);
    return handle;
  } catch (error) {
    closeSync(handle);
    throw error;
  }
}

/** The bytes of a regular file. @throws as `openRegular` does. */
export function readRegular(path: string, opening?: Opening): Buffer {
  const handle = openRegular(path, O_RDONLY, opening);
  try {
    return readFileSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Writes a regular file of ours, not through a link. @throws as `openRegular` does. */
export function writeRegular(path: string, text: string): void {
  const handle = openRegular(path, O_WRONLY | O_CREAT | O_TRUNC, { follows: false });
  try {
    writeFileSync(handle, text);
  } finally {
    closeSync(handle);
  }
}

/** The text of a regular file. @throws as `openRegular` does. */
export const readRegularText = (path: string, opening?: Opening): string =>
  readRegular(path, opening).toString('utf8');
