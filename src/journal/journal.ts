// The journal: append-only lines that people can read and that delivery owes.
//
// Whoever writes holds the claim `journal`. One append is one `write`, so a crash can cut off the
// last line only; the next append then starts on a line of its own, and readers skip the stump.

import { closeSync, fstatSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { writeAtomically } from '../files/atomic';
import { claim } from '../files/claim';
import { giveToOwnerOf } from '../files/owner';
import { CLAIM, JOURNAL, RECORD_LIMITS } from '../limits';
import type { Project } from '../project';
import { type EventRecord, formatEvent, type Line, parseLine } from './records';

const CHUNK = 64 * 1024;
const NEWLINE = 0x0a;

function size(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** The bytes from `from` up to `to` (at most what is there). Empty when there is no journal. */
function readBytes(path: string, from: number, to: number): Buffer {
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

/** How often `needle` begins a line in the journal from byte `from` on; nothing is parsed. */
export function countLines(project: Project, from: number, needle: string): number {
  const bytes = readBytes(project.journal, from, Number.MAX_SAFE_INTEGER);
  let count = bytes.subarray(0, needle.length).toString() === needle ? 1 : 0;
  const pattern = Buffer.from(`\n${needle}`);
  let at = bytes.indexOf(pattern);
  while (at >= 0) {
    count += 1;
    at = bytes.indexOf(pattern, at + pattern.length);
  }
  return count;
}

/**
 * Appends whole lines with one `write`. Call it with the claim held.
 * @throws the system's error; what was written of the lines then is a stump that readers skip.
 */
export function appendLines(project: Project, lines: readonly string[]): void {
  if (lines.length === 0) return;
  const handle = openSync(project.journal, 'a+', 0o644);
  try {
    const { size: length } = fstatSync(handle);
    const last = Buffer.alloc(1, NEWLINE);
    if (length > 0) readSync(handle, last, 0, 1, length - 1);
    const bytes = Buffer.from((last[0] === NEWLINE ? '' : '\n') + lines.join(''));
    if (writeSync(handle, bytes) !== bytes.length) {
      throw Object.assign(new Error('short write'), { code: 'ENOSPC' });
    }
    if (length === 0) giveToOwnerOf(project.record, project.journal);
  } finally {
    closeSync(handle);
  }
}

/** How many more events the recording limits leave room for now. */
function roomNow(project: Project, nowMs: number): number {
  let seen = 0;
  let room = Number.POSITIVE_INFINITY;
  const longestMs = Math.max(...RECORD_LIMITS.map((limit) => limit.windowMs));
  const most = Math.max(...RECORD_LIMITS.map((limit) => limit.events));
  const counts = RECORD_LIMITS.map(() => 0);
  for (const { line } of linesBackwards(project)) {
    if (line.kind !== 'event') continue;
    const ageMs = Math.abs(nowMs - Date.parse(line.record.timestamp));
    if (ageMs > longestMs || seen >= most) break;
    seen += 1;
    for (const [index, limit] of RECORD_LIMITS.entries()) {
      if (ageMs <= limit.windowMs) counts[index]! += 1;
    }
  }
  for (const [index, limit] of RECORD_LIMITS.entries()) {
    room = Math.min(room, limit.events - counts[index]!);
  }
  return Math.max(0, room);
}

/** The uuids in the newest part of the journal: what a crash may have left recorded already. */
function recentUuids(project: Project): string {
  const end = size(project.journal);
  return readBytes(project.journal, Math.max(0, end - CHUNK), end).toString('utf8');
}

/**
 * Records events, within the limits, each once: a uuid that was just recorded is skipped.
 * @returns how many were written; undefined when another process kept the journal for too long, so
 * that nothing was decided about them.
 * @throws the system's error when the journal cannot be written.
 */
export async function record(
  project: Project,
  events: readonly EventRecord[],
): Promise<number | undefined> {
  if (events.length === 0) return 0;
  const held = await claim(project.claims, 'journal', CLAIM.journal);
  if (!held) return undefined;
  try {
    const known = recentUuids(project);
    const fresh = events.filter((event) => !known.includes(event.uuid));
    const kept = fresh.slice(0, roomNow(project, Date.now()));
    appendLines(project, kept.map(formatEvent));
    return kept.length;
  } finally {
    held.release();
  }
}

/** Whether the journal has outgrown its limits in size or age. */
export function isTooLarge(project: Project, nowMs: number): boolean {
  if (size(project.journal) > JOURNAL.maxBytes) return true;
  for (const { line } of linesFrom(project, 0)) {
    if (line.kind !== 'event') continue;
    return nowMs - Date.parse(line.record.timestamp) > JOURNAL.maxAgeMs;
  }
  return false;
}

/**
 * Forgets what is too old and, when that is not enough, the older half. Call it with both claims,
 * `delivery` and `journal`, held. @returns how many bytes went from the front of the journal.
 */
export function compact(project: Project, nowMs: number): number {
  const total = size(project.journal);
  const half = total > JOURNAL.maxBytes ? total - JOURNAL.maxBytes / 2 : 0;
  let cut = total;
  let before = 0;
  for (const { line, end } of linesFrom(project, 0)) {
    const young =
      line.kind === 'event' && nowMs - Date.parse(line.record.timestamp) <= JOURNAL.maxAgeMs;
    if (young && before >= half) {
      cut = before;
      break;
    }
    before = end;
  }
  // As bytes: a stump may end within a character, and the cursor counts bytes.
  writeAtomically(project.journal, readBytes(project.journal, cut, total));
  return cut;
}
