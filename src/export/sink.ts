// Where an export goes: stdout, or a file that is whole or not there.

import {
  closeSync,
  fsyncSync,
  openSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { reason, UserError } from '../errors';
import { giveToOwnerOf } from '../files/owner';
import { print } from '../output';

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

function whole(handle: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
}

const cannot = (path: string, error: unknown) =>
  new UserError(`${path} cannot be written: ${reason(error)}.`);

/**
 * A sink into the file at `path`, or into stdout without one. A file appears under its name when it
 * is complete; what was there before is replaced then. Pipes and devices are written to as they are.
 * @throws UserError
 */
export function openSink(path: string | undefined): Sink {
  if (path === undefined) {
    return gathering(
      print,
      () => {},
      () => {},
    );
  }
  const file = resolve(path);
  let isPlain: boolean;
  let handle: number;
  let written = file;
  try {
    isPlain = statSync(file, { throwIfNoEntry: false })?.isFile() ?? true;
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
    (text) => guarded(() => whole(handle, text))(),
    guarded(() => {
      if (isPlain) {
        fsyncSync(handle);
        giveToOwnerOf(dirname(file), written);
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
