// Receipts of erasures: kept when all is done, for they name nobody. All that writes is inside transactions.

import { randomBytes } from 'node:crypto';
import { DAY_MS, RECEIPT_DAYS, RECEIPTS } from '../../limits.ts';
import type { Forgotten, Progress, Receipt } from '../erasures.ts';
import type { Database, Statement } from './database.ts';

export class ReceiptTable {
  private readonly one: Statement;
  private readonly waiting: Statement;
  private readonly unstored: Statement;
  private readonly progress: Statement;
  private readonly count: Statement;
  private readonly end: Statement;

  constructor(private readonly db: Database) {
    this.one = db.prepare('SELECT * FROM receipts WHERE id = ?');
    this.waiting = db.prepare(
      `SELECT DISTINCT CASE WHEN until_seq IS NULL THEN 'store' ELSE consumer END AS name
       FROM erasures LEFT JOIN erasure_consumers USING (number) WHERE receipt = ? ORDER BY name`,
    );
    this.unstored = db.prepare(
      `SELECT 1 FROM erasures INDEXED BY erasures_unstored
       WHERE until_seq IS NULL AND receipt = ? LIMIT 1`,
    );
    this.progress = db.prepare(
      `SELECT min(looked_seq) AS looked_at, max(last_seq) AS "of"
       FROM erasures INDEXED BY erasures_unstored
       WHERE until_seq IS NULL AND receipt = ? AND what = 'id'`,
    );
    this.count = db.prepare(
      `UPDATE receipts SET events = events + ?, installs = installs + ?, dead_letters = dead_letters + ?
       WHERE id = ?`,
    );
    this.end = db.prepare(
      `UPDATE receipts SET done_ms = ?1 WHERE id = ?2 AND done_ms IS NULL
       AND NOT EXISTS (SELECT 1 FROM erasures WHERE receipt = ?2)`,
    );
  }

  /** A new one; of those that are done, the oldest go when there are too many. */
  make(nowMs: number): string {
    const id = randomBytes(16).toString('base64url');
    this.db.prepare('INSERT INTO receipts (id, requested_ms) VALUES (?, ?)').run(id, nowMs);
    this.db
      .prepare(
        `DELETE FROM receipts WHERE done_ms IS NOT NULL AND id IN
         (SELECT id FROM receipts ORDER BY requested_ms DESC LIMIT ? OFFSET ?)`,
      )
      .run(100, RECEIPTS);
    return id;
  }

  /** Counts what was erased for it. */
  add(id: string, { events, installs, deadLetters }: Forgotten): void {
    if (events + installs + deadLetters > 0) this.count.run(events, installs, deadLetters, id);
  }

  /** Ends it, if nothing of it is left. */
  close(id: string, nowMs: number): void {
    this.end.run(nowMs, id);
  }

  /** Drops what was done long ago. */
  expire(nowMs: number): void {
    this.db
      .prepare('DELETE FROM receipts WHERE done_ms < ? AND 1 = ?')
      .run(nowMs - RECEIPT_DAYS * DAY_MS, 1);
  }

  /** Whether the store has done its part. */
  isStored(id: string): boolean {
    return this.unstored.get(id) === undefined;
  }

  list(limit: number): Receipt[] {
    return this.db
      .prepare('SELECT id FROM receipts WHERE 1 = ? ORDER BY requested_ms DESC LIMIT ?')
      .all(1, limit)
      .map(({ id }) => this.read(String(id))!);
  }

  read(id: string): Receipt | undefined {
    const row = this.one.get(id);
    return (
      row && {
        id,
        requestedMs: Number(row.requested_ms),
        doneMs: row.done_ms === null ? null : Number(row.done_ms),
        forgotten: {
          events: Number(row.events),
          installs: Number(row.installs),
          deadLetters: Number(row.dead_letters),
        },
        waitingFor: this.waiting.all(id).map(({ name }) => String(name)),
        progress: this.progressOf(id),
      }
    );
  }

  private progressOf(id: string): Progress | null {
    const { looked_at, of } = this.progress.get(id) ?? {};
    if (typeof looked_at !== 'number' || typeof of !== 'number') return null;
    return { lookedAt: looked_at, of };
  }
}
