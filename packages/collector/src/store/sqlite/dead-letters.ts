// Dead letters: what was not taken, and why. Bounded in number, size and age; in number for each
// project by itself, so that nobody's rubbish pushes out the letters of others.

import type { DeadLetter, Reason } from '../../event.ts';
import { DAY_MS, DEAD_LETTER_DAYS, DEAD_LETTERS } from '../../limits.ts';
import type { Reach } from '../erasures.ts';
import { isNamedIn } from '../naming.ts';
import type { KeptLetter, LetterCounts } from '../records.ts';
import { type Database, type Row, type Statement, textOf } from './database.ts';

/** Letters beyond the limit before the oldest are deleted: not for each one. */
const SPARE = 100;

const LETTER = `SELECT id, project_id, received_ms,
  CAST(dialect AS BLOB) AS dialect, CAST(reason AS BLOB) AS reason,
  CAST(distinct_id AS BLOB) AS distinct_id, CAST(payload AS BLOB) AS payload FROM dead_letters`;

const letterOf = (row: Row): KeptLetter => ({
  id: Number(row.id),
  projectId: row.project_id === null ? null : Number(row.project_id),
  receivedMs: Number(row.received_ms),
  dialect: textOf(row.dialect),
  reason: textOf(row.reason) as Reason,
  distinctId: row.distinct_id === null ? null : textOf(row.distinct_id),
  payload: row.payload === null ? null : textOf(row.payload),
});

/** A page of letters with a higher id than `after`; of one project, or of all (0). */
export const lettersAfter = (
  db: Database,
  { project, after, limit }: { project: number; after: number; limit: number },
): KeptLetter[] =>
  db
    .prepare(`${LETTER} WHERE id > ? AND (? = 0 OR project_id = ?) ORDER BY id LIMIT ?`)
    .all(after, project, project, limit)
    .map(letterOf);

/** The dead letters of one database connection. Writes are inside a transaction. */
export class LetterTable {
  private readonly insert: Statement;
  private readonly bound: Statement;
  private readonly expire: Statement;
  private readonly countAll: Statement;
  private readonly next: Statement;
  private readonly one: Statement;
  private readonly remove: Statement;
  private readonly newestOf: Statement;
  /** How many each project has. */
  private readonly kept = new Map<number | null, number>();
  private newest: LetterCounts['newest'] = null;

  constructor(db: Database) {
    this.insert = db.prepare(
      `INSERT INTO dead_letters (project_id, received_ms, dialect, reason, distinct_id, payload)
       VALUES (?, ?, ?, ?, ?, ?)`,
    );
    // The newest are kept: a client that sends rubbish must not fill the disk.
    this.bound = db.prepare(
      `DELETE FROM dead_letters WHERE project_id IS ?1 AND id <=
       (SELECT id FROM dead_letters WHERE project_id IS ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)`,
    );
    this.countAll = db.prepare('SELECT project_id, count(*) AS n FROM dead_letters GROUP BY 1');
    this.newestOf = db.prepare(
      `SELECT received_ms, CAST(reason AS BLOB) AS reason FROM dead_letters
       WHERE project_id > ? ORDER BY id DESC LIMIT 1`,
    );
    this.recount();
    // Their numbers are in the order of time.
    this.expire = db.prepare(
      `DELETE FROM dead_letters WHERE id IN
       (SELECT id FROM (SELECT id, received_ms FROM dead_letters ORDER BY id LIMIT ?2)
        WHERE received_ms < ?1) RETURNING project_id`,
    );
    this.next = db.prepare(
      'SELECT id, project_id FROM dead_letters WHERE id > ? ORDER BY id LIMIT ?',
    );
    this.one = db.prepare(`${LETTER} WHERE id = ?`);
    this.remove = db.prepare('DELETE FROM dead_letters WHERE id = ? RETURNING project_id');
  }

  /** Keeps a letter. */
  keep(letter: DeadLetter, nowMs: number): void {
    this.insert.run(
      letter.projectId,
      nowMs,
      letter.dialect,
      letter.reason,
      letter.distinctId,
      letter.payload,
    );
    const kept = (this.kept.get(letter.projectId) ?? 0) + 1;
    this.kept.set(letter.projectId, kept);
    if (letter.projectId !== null) this.newest = { receivedMs: nowMs, reason: letter.reason };
    if (kept < DEAD_LETTERS + SPARE) return;
    this.bound.run(letter.projectId, DEAD_LETTERS);
    this.kept.set(letter.projectId, DEAD_LETTERS);
  }

  /** Counts what is there: at the start, after an undone transaction, and where many went at once. */
  recount(): void {
    this.kept.clear();
    for (const row of this.countAll.all()) {
      this.kept.set(row.project_id as number | null, Number(row.n));
    }
    this.findNewest();
  }

  counts(): LetterCounts {
    let kept = 0;
    for (const each of this.kept.values()) kept += each;
    return { kept, newest: this.newest };
  }

  get(id: number): KeptLetter | undefined {
    const row = this.one.get(id);
    return row && letterOf(row);
  }

  delete(id: number): boolean {
    const was = this.drop(id);
    if (was) this.findNewest();
    return was;
  }

  private drop(id: number): boolean {
    const row = this.remove.get(id);
    if (!row) return false;
    this.lose(row.project_id as number | null);
    return true;
  }

  private lose(project: number | null): void {
    this.kept.set(project, (this.kept.get(project) ?? 1) - 1);
  }

  private findNewest(): void {
    const row = this.newestOf.get(0);
    this.newest = row ? { receivedMs: Number(row.received_ms), reason: textOf(row.reason) } : null;
  }

  /**
   * Deletes letters of an id, and those whose payload names it: looks at some, after `after`. `isLast`: there are
   * no more.
   */
  naming(
    project: number,
    { distinctId, reach }: { distinctId: string; reach: Reach },
    after: number,
    limit: number,
  ): { deleted: number; next: number; isLast: boolean } {
    // Of all projects: there is no index, and so no other bound.
    const page = this.next.all(after, limit);
    let deleted = 0;
    for (const { id, project_id } of page) {
      if (project_id !== project) continue;
      const letter = this.get(Number(id))!;
      const isIts =
        letter.distinctId === distinctId ||
        (letter.payload !== null && isNamedIn(letter.payload, distinctId, reach));
      if (isIts && this.drop(letter.id)) deleted++;
    }
    if (deleted > 0) this.findNewest();
    return {
      deleted,
      next: Number(page.at(-1)?.id ?? after),
      isLast: page.length < limit,
    };
  }

  /** Deletes some of what is too old. How many it were. */
  expireBefore(nowMs: number, limit: number): number {
    const gone = this.expire.all(nowMs - DEAD_LETTER_DAYS * DAY_MS, limit);
    for (const { project_id } of gone) this.lose(project_id as number | null);
    if (gone.length > 0) this.findNewest();
    return gone.length;
  }
}
