// The journal: append-only lines that people can read and that delivery owes.
//
// Whoever records events holds the acquire `journal`; what became of them is written down even if the
// acquire could not be had in time. One append is one `write`, so a crash can cut off the
// last line only; the next append then starts on a line of its own, and readers skip the stump.

import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { writeAtomically } from '../files/atomic';
import { acquire } from '../files/lease';
import { giveToOwnerOf } from '../files/owner';
import { JOURNAL, LEASE, RECORD_LIMITS } from '../limits';
import type { Project } from '../project/project';
import { CHUNK, linesBackwards, linesFrom, NEWLINE, readBytes, size } from './lines';
import { type EventRecord, formatEvent } from './records';

/**
 * Appends whole lines with one `write`. Call it with the acquire held.
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

/** So many old records in a row are not the end of the new ones. */
const STRAGGLERS = 20;

/** How many more events the recording limits leave room for now. */
function roomNow(project: Project, nowMs: number): number {
  let seen = 0;
  let old = 0;
  let room = Number.POSITIVE_INFINITY;
  const longestMs = Math.max(...RECORD_LIMITS.map((limit) => limit.windowMs));
  const most = Math.max(...RECORD_LIMITS.map((limit) => limit.events));
  const counts = RECORD_LIMITS.map(() => 0);
  for (const { line } of linesBackwards(project)) {
    if (line.kind !== 'event') continue;
    const ageMs = Math.abs(nowMs - Date.parse(line.record.timestamp));
    // What was interrupted, or waited, is recorded later: a few old ones stand among the new.
    old = ageMs > longestMs ? old + 1 : 0;
    if (old > STRAGGLERS || seen >= most) break;
    if (old > 0) continue;
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
 * Records events, within the limits, each once: a uuid that was just recorded is skipped. Waits up
 * to `waitMs` while another process writes. `isNew` says that nobody can have recorded them yet.
 * @returns how many were written; undefined when another process kept the journal for too long, so
 * that nothing was decided about them.
 * @throws the system's error when the journal cannot be written.
 */
export async function record(
  project: Project,
  events: readonly EventRecord[],
  { waitMs = LEASE.journal.waitMs as number, isNew = false } = {},
): Promise<number | undefined> {
  if (events.length === 0) return 0;
  const held = await acquire(project.leases, 'journal', { ...LEASE.journal, waitMs });
  if (!held) return undefined;
  try {
    const known = isNew ? '' : recentUuids(project);
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
 * Forgets what is too old and, when that is not enough, the older half. Call it with both leases,
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
