// The journal: append-only lines that people can read, the events and what became of them.
//
// Whoever records events holds the lease `journal`; what became of them is written down even if the
// lease could not be had in time. One append is one `write`, so a crash can cut off the last line
// only; the next append then starts on a line of its own, and readers skip the torn one.
//
// It is not fsynced. A process that is killed loses nothing: the kernel has what was written. A power
// cut costs what the kernel had not put on the disk yet, in general the last 30 seconds; outcomes among
// it mean that events are sent again, under the same uuid. The cursor notices (delivery/state.ts).

import { closeSync, fstatSync, readSync, writeSync } from 'node:fs';
import { acquire } from '../files/lease';
import { giveToOwnerOf } from '../files/owner';
import { LEASE, RECENT_BYTES, RECORD_LIMITS } from '../limits';
import type { Project } from '../project/project';
import { addBeyondLimits } from './beyond-limits';
import { CHUNK, linesBackwards, NEWLINE, readBytes } from './lines';
import { journalSize, openJournal } from './open';
import { type EventRecord, formatEvent } from './records';

/**
 * Appends whole lines with one `write`. Call it with the lease held.
 * @throws the system's error; what was written of the lines then is a torn line that readers skip.
 */
export function appendLines(project: Project, lines: readonly string[]): void {
  if (lines.length === 0) return;
  const handle = openJournal(project, 'append');
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
  const from = journalSize(project) - RECENT_BYTES;
  for (const { line, end } of linesBackwards(project)) {
    if (end < from) break;
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
  const end = journalSize(project);
  return readBytes(project, Math.max(0, end - CHUNK), end).toString('utf8');
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
    const nowMs = Date.now();
    const kept = fresh.slice(0, roomNow(project, nowMs));
    appendLines(project, kept.map(formatEvent));
    addBeyondLimits(project, fresh.length - kept.length, nowMs);
    return kept.length;
  } finally {
    held.release();
  }
}
