// Where an export goes: stdout, or a file that is whole or not there.

import {
  closeSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  openSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { reason, UserError } from '../errors';
import { target, writeWhole } from '../files/atomic';
import { giveTo, giveToOwnerOf } from '../files/owner';
import { print } from '../output';
import { absolute } from '../process/folder';

const PIECE = 64 * 1024;

/** Takes text, and writes it in larger pieces. */
export interface Sink {
  write(text: string): void;
  /** Writes what is left, and puts the file in its place. */
  end(): void;
  /** Leaves no half of a file behind. */
  abandon(): void;
}

function gathering(write: (text: string) => void, end: () => void, abandon: () => void): Sink {
  let pieces: string[] = [];
  let length = 0;
  const flush = () => {
    if (length > 0) write(pieces.join(''));
    pieces = [];
    length = 0;
  };
  return {
    write(text) {
      pieces.push(text);
      length += text.length;
      if (length >= PIECE) flush();
    },
    end() {
      flush();
      end();
    },
    abandon,
  };
}

const cannot = (path: string, error: unknown) =>
  new UserError(`${path} cannot be written: ${reason(error)}.`);

/** The regular file that is there; nothing for what only has its name. */
function plainFile(path: string): Stats | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? found : undefined;
}

/**
 * A sink into the file at `path`, or into stdout without one. A file appears under its name when it
 * is complete; what was there before is replaced then. A link is followed, and pipes and devices are written to as
 * they are; without `follows`, for a file of ours, a new file takes the place of any of them.
 * @throws UserError
 */
export function openSink(path: string | undefined, { follows = true } = {}): Sink {
  if (path === undefined) {
    return gathering(
      print,
      () => {},
      () => {},
    );
  }
  const file = follows ? target(absolute(path)) : absolute(path);
  let before: Stats | undefined;
  let isPlain: boolean;
  let handle: number;
  let written = file;
  try {
    before = follows ? statSync(file, { throwIfNoEntry: false }) : plainFile(file);
    isPlain = before?.isFile() ?? true;
    if (isPlain) written = `${file}.${process.pid}.tmp`;
    handle = openSync(written, isPlain ? 'wx' : 'w', 0o644);
  } catch (error) {
    throw cannot(path, error);
  }
  const guarded = (work: () => void) => () => {
    try {
      work();
    } catch (error) {
      throw cannot(path, error);
    }
  };
  return gathering(
    (text) => guarded(() => writeWhole(handle, Buffer.from(text)))(),
    guarded(() => {
      if (isPlain) {
        if (before) fchmodSync(handle, before.mode & 0o777);
        fsyncSync(handle);
        if (before) giveTo(before, written);
        else giveToOwnerOf(dirname(file), written);
      }
      closeSync(handle);
      if (isPlain) renameSync(written, file);
    }),
    () => {
      if (!isPlain) return;
      try {
        unlinkSync(written);
      } catch {
        // It is not there.
      }
    },
  );
}
