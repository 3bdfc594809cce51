// Keeps the journal within its limits: cuts off what is too old and, when it is too large, its older
// half, by position alone.
//
// In pieces, with room in between for the deadline's timer. A process that ends in the middle leaves
// the journal as it was.

import { closeSync, fchmodSync, fstatSync, openSync, readSync, renameSync, rmSync } from 'node:fs';
import { setImmediate as breathe } from 'node:timers/promises';
import { removeLeftBehind, temporaryIn, writeWhole } from '../files/atomic';
import { giveTo } from '../files/owner';
import { JOURNAL } from '../limits';
import type { Project } from '../project/project';
import { endOfOld } from './age';
import { NEWLINE } from './lines';
import { journalSize, openJournal } from './open';

const PIECE = 1024 * 1024;

/** Behind the first whole line from byte `from` on. */
function lineBehind(handle: number, from: number, total: number): number {
  const bytes = Buffer.allocUnsafe(64 * 1024);
  for (let at = from; at < total; ) {
    const count = readSync(handle, bytes, 0, bytes.length, at);
    if (count === 0) break;
    const newline = bytes.subarray(0, count).indexOf(NEWLINE);
    if (newline >= 0) return at + newline + 1;
    at += count;
  }
  return total;
}

/** How many bytes the journal's front is to lose now; 0 when it is within its limits. */
export async function bytesToCut(project: Project, cursor: number, nowMs: number): Promise<number> {
  const total = journalSize(project);
  if (total <= JOURNAL.maxBytes) return endOfOld(project, cursor, nowMs);
  const handle = openJournal(project, 'read');
  try {
    return lineBehind(handle, total - JOURNAL.maxBytes / 2, total);
  } finally {
    closeSync(handle);
  }
}

/**
 * Cuts `cut` bytes off the front. Call it with both leases, `delivery` and `journal`, held. As bytes: a
 * torn line may end within a character, and the cursor counts bytes. @throws the system's error.
 */
export async function cutFront(project: Project, cut: number): Promise<void> {
  const temporary = temporaryIn(project.record);
  const litter = () => rmSync(temporary, { force: true });
  const from = openJournal(project, 'read');
  process.once('exit', litter); // The deadline may come first.
  try {
    const stat = fstatSync(from);
    const to = openSync(temporary, 'wx', 0o600);
    try {
      const piece = Buffer.allocUnsafe(PIECE);
      // To its end as it is then: an outcome is written down even without the lease.
      for (let at = cut; ; ) {
        const count = readSync(from, piece, 0, PIECE, at);
        if (count === 0) break;
        writeWhole(to, piece.subarray(0, count));
        at += count;
        if (count === PIECE) await breathe();
      }
      fchmodSync(to, stat.mode & 0o777);
    } finally {
      closeSync(to);
    }
    giveTo(stat, temporary);
    renameSync(temporary, project.journal);
  } catch (error) {
    litter();
    throw error;
  } finally {
    process.off('exit', litter);
    closeSync(from);
  }
  removeLeftBehind(project.record);
}
