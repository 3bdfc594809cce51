// Reads the journal's lines, forwards and backwards, in pieces: memory does not grow with it.

import { closeSync, fstatSync, readSync } from 'node:fs';
import type { Project } from '../project/project';
import { journalSize, openJournal } from './open';
import { type Line, parseLine } from './records';

/** The journal is read, and its newest part looked at, in pieces of this size. */
export const CHUNK = 64 * 1024;
/** What looks at every byte of a long journal: fewer, larger pieces. */
const LARGE_CHUNK = 256 * 1024;
export const NEWLINE = 0x0a;

/** A descriptor for reading; undefined when there is no journal, or none to be read. */
function openToRead(project: Project): number | undefined {
  try {
    return openJournal(project, 'read');
  } catch {
    return undefined;
  }
}

/** The bytes from `from` up to `to` (at most what is there). Empty when there is no journal. */
export function readBytes(project: Project, from: number, to: number): Buffer {
  const handle = openToRead(project);
  if (handle === undefined) return Buffer.alloc(0);
  try {
    const bytes = Buffer.alloc(Math.max(0, Math.min(to, fstatSync(handle).size) - from));
    let filled = 0;
    while (filled < bytes.length) {
      const count = readSync(handle, bytes, filled, bytes.length - filled, from + filled);
      if (count === 0) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  } finally {
    closeSync(handle);
  }
}

/** A complete line as it stands, with the place just behind it. */
interface TextLine {
  readonly text: string;
  readonly end: number;
}

/** A line with the place just behind it. */
export interface PlacedLine {
  readonly line: Line;
  readonly end: number;
}

/**
 * The complete lines of the journal from byte `from` on, in order, read in pieces: memory does not
 * grow with the journal, and a journal that is cut meanwhile is read as it was. A last line that was
 * cut off is left out, and so are empty ones.
 */
function* textLinesFrom(project: Project, from: number): Generator<TextLine> {
  const handle = openToRead(project);
  if (handle === undefined) return;
  try {
    let pieces: Buffer[] = []; // Of a line that goes on beyond what was read.
    let start = from;
    for (let at = from; ; ) {
      const chunk = Buffer.allocUnsafe(CHUNK);
      const piece = chunk.subarray(0, readSync(handle, chunk, 0, CHUNK, at));
      if (piece.length === 0) return;
      at += piece.length;
      pieces.push(piece);
      if (!piece.includes(NEWLINE)) continue;
      const bytes = pieces.length === 1 ? piece : Buffer.concat(pieces);
      let begin = 0;
      for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, begin)) {
        const text = bytes.toString('utf8', begin, end);
        begin = end + 1;
        if (text.trim() !== '') yield { text, end: start + begin };
      }
      start += begin;
      pieces = [bytes.subarray(begin)];
    }
  } finally {
    closeSync(handle);
  }
}

/** The same lines, parsed. */
export function* linesFrom(project: Project, from: number): Generator<PlacedLine> {
  for (const { text, end } of textLinesFrom(project, from)) yield { line: parseLine(text), end };
}

/** The lines of the journal from the newest to the oldest, read in pieces from its end. */
export function* linesBackwards(project: Project): Generator<PlacedLine> {
  let at = journalSize(project);
  let end = at; // Behind the line that is being put together.
  let pieces: Buffer[] = []; // Of that line, the first one first.
  while (at > 0) {
    const from = Math.max(0, at - CHUNK);
    const piece = readBytes(project, from, at);
    at = from;
    if (at > 0 && !piece.includes(NEWLINE)) {
      pieces.unshift(piece);
      continue;
    }
    const bytes = Buffer.concat([piece, ...pieces]);
    let behind = bytes.length;
    while (behind > 0) {
      // The newline at its own end is part of a line.
      const newline = behind > 1 ? bytes.lastIndexOf(NEWLINE, behind - 2) : -1;
      if (newline < 0 && at > 0) break;
      const text = bytes.toString('utf8', newline + 1, behind).trim();
      if (text !== '') yield { line: parseLine(text), end };
      end -= behind - (newline + 1);
      behind = newline + 1;
    }
    pieces = [bytes.subarray(0, behind)];
  }
}

/** Whether a line begins at byte `at`; false beyond the end, as after the journal lost its tail. */
export function isLineStart(project: Project, at: number): boolean {
  return at === 0 || readBytes(project, at - 1, at)[0] === NEWLINE;
}

/**
 * What stands, from byte `from` on, in the complete lines that begin with `beginning`; only those are
 * read as text. In portions: an empty one says that enough was looked at for the moment.
 */
export function* linesBeginning(
  project: Project,
  from: number,
  beginning: string,
): Generator<readonly string[]> {
  const handle = openToRead(project);
  if (handle === undefined) return;
  const pattern = Buffer.from(`\n${beginning}`);
  try {
    // As if a newline stood before the first line. Later: a line that was cut in two.
    let rest: Buffer = Buffer.from('\n');
    for (let at = from; ; ) {
      const chunk = Buffer.allocUnsafe(LARGE_CHUNK);
      const count = readSync(handle, chunk, 0, chunk.length, at);
      if (count === 0) return;
      at += count;
      const bytes = Buffer.concat([rest, chunk.subarray(0, count)]);
      const found: string[] = [];
      let end = 0;
      for (let hit = bytes.indexOf(pattern); hit >= 0; hit = bytes.indexOf(pattern, end)) {
        const newline = bytes.indexOf(NEWLINE, hit + 1);
        end = newline < 0 ? bytes.length : newline;
        if (newline < 0) break;
        found.push(bytes.toString('utf8', hit + 1, newline));
      }
      // What was begun may go on in the next portion; the inside of another line need not be kept.
      const last = bytes.subarray(Math.max(0, bytes.lastIndexOf(NEWLINE)));
      const isOther =
        last.length >= pattern.length && !last.subarray(0, pattern.length).equals(pattern);
      rest = isOther ? Buffer.alloc(0) : last;
      yield found;
    }
  } finally {
    closeSync(handle);
  }
}

/** Half as dear as Buffer's own: with 10,000 events waiting, `status` feels it. */
const findByte = Uint8Array.prototype.indexOf;

/**
 * How many lines of the journal begin with `needle`, in ASCII, from byte `from` on. Nothing is parsed: a line is
 * told by the first, the third and the last byte of it, by which the kinds of lines differ.
 */
export function countLines(project: Project, from: number, needle: string): number {
  const handle = openToRead(project);
  if (handle === undefined) return 0;
  try {
    const pattern = Buffer.from(needle);
    const [first, third, final] = [pattern[0], pattern[2], pattern.at(-1)];
    const bytes = Buffer.allocUnsafe(CHUNK);
    bytes[0] = NEWLINE; // As if it stood before the first line.
    let kept = 1; // Later: an end that was cut in two.
    let count = 0;
    for (let at = from; ; ) {
      const read = readSync(handle, bytes, kept, bytes.length - kept, at);
      if (read === 0) return count;
      at += read;
      const end = kept + read;
      const last = end - pattern.length; // From here on, a beginning may be cut in two.
      let hit = findByte.call(bytes, NEWLINE);
      for (; hit >= 0 && hit < last; hit = findByte.call(bytes, NEWLINE, hit + 1)) {
        // Not a loop over all bytes: that costs as much as all the rest.
        if (bytes[hit + 1] !== first || bytes[hit + 3] !== third) continue;
        if (bytes[hit + pattern.length] === final) count += 1;
      }
      const rest = Math.max(0, last);
      kept = end - rest;
      bytes.copyWithin(0, rest, end);
    }
  } finally {
    closeSync(handle);
  }
}
