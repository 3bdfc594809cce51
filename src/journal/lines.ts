// Reads the journal's lines, forwards and backwards, in pieces: memory does not grow with it.

import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { systemCode } from '../errors';
import type { Project } from '../project/project';
import { type Line, parseLine } from './records';

/** The journal is read, and its newest part looked at, in pieces of this size. */
export const CHUNK = 64 * 1024;
/** Counting looks at every byte of a long backlog: fewer, larger pieces. */
const COUNT_CHUNK = 256 * 1024;
export const NEWLINE = 0x0a;

/** Bytes of a file; 0 when there is none, or no place where it could be. */
export function size(path: string): number {
  try {
    return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  } catch (error) {
    if (systemCode(error) === 'ENOTDIR') return 0;
    throw error;
  }
}

/** The bytes from `from` up to `to` (at most what is there). Empty when there is no journal. */
export function readBytes(path: string, from: number, to: number): Buffer {
  let handle: number;
  try {
    handle = openSync(path, 'r');
  } catch {
    return Buffer.alloc(0);
  }
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
export interface TextLine {
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
export function* textLinesFrom(project: Project, from: number): Generator<TextLine> {
  let handle: number;
  try {
    handle = openSync(project.journal, 'r');
  } catch {
    return;
  }
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
  let at = size(project.journal);
  let end = at; // Behind the line that is being put together.
  let pieces: Buffer[] = []; // Of that line, the first one first.
  while (at > 0) {
    const from = Math.max(0, at - CHUNK);
    const piece = readBytes(project.journal, from, at);
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
  return at === 0 || readBytes(project.journal, at - 1, at)[0] === NEWLINE;
}

/** How often `needle` begins a line of the journal between two bytes; nothing is parsed. */
export function countLines(
  project: Project,
  from: number,
  needle: string,
  to = Number.POSITIVE_INFINITY,
): number {
  const pattern = Buffer.from(`\n${needle}`);
  let handle: number;
  try {
    handle = openSync(project.journal, 'r');
  } catch {
    return 0;
  }
  try {
    const bytes = Buffer.allocUnsafe(COUNT_CHUNK);
    let kept = bytes.write('\n'); // As if it stood before the first line. Later: an end cut in two.
    let count = 0;
    for (let at = from; ; ) {
      const room = Math.min(bytes.length - kept, to - at);
      const read = room > 0 ? readSync(handle, bytes, kept, room, at) : 0;
      if (read === 0) return count;
      at += read;
      const piece = bytes.subarray(0, kept + read);
      let behind = 0;
      for (let hit = piece.indexOf(pattern); hit >= 0; hit = piece.indexOf(pattern, behind)) {
        count += 1;
        behind = hit + pattern.length;
      }
      kept = Math.min(piece.length - behind, pattern.length - 1);
      piece.copyWithin(0, piece.length - kept);
    }
  } finally {
    closeSync(handle);
  }
}
