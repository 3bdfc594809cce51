// What is to be erased, as rows: what of it the store still has to do, and which consumers. All that writes is
// inside transactions.

import { PENDING_ERASURES } from '../../limits.ts';
import type { Erased, Erasure } from '../erasures.ts';
import type { Database, Row, Statement } from './database.ts';

/** An erasure that is written down, and what the store has done of it. */
export type Written<E extends Erased = Erased> = E & {
  readonly number: number;
  readonly receipt: string;
  /** Events up to `lastSeq` are looked through for an id; those up to `lookedSeq` were. */
  readonly lookedSeq: number;
  readonly lastSeq: number;
};
export type WrittenId = Written<Extract<Erased, { what: 'id' }>>;

const erasedOf = (row: Row): Erased => {
  const project = Number(row.project_id);
  if (row.what === 'id') {
    const reach = row.reach === 'named' ? 'named' : 'anywhere';
    return { what: 'id', project, distinctId: String(row.distinct_id), reach };
  }
  if (row.what === 'events')
    return { what: 'events', project, seqs: JSON.parse(String(row.seqs)) as number[] };
  return { what: 'project', project };
};

const writtenOf = (row: Row): Written => ({
  ...erasedOf(row),
  number: Number(row.number),
  receipt: String(row.receipt),
  lookedSeq: Number(row.looked_seq),
  lastSeq: Number(row.last_seq),
});

export class ErasureTable {
  private readonly insert: Statement;
  private readonly wait: Statement;
  private readonly unstored: Statement;
  private readonly looked: Statement;
  private readonly store: Statement;
  private readonly follow: Statement;
  private readonly leave: Statement;

  constructor(
    private readonly db: Database,
    private readonly consumers: readonly string[],
    lastSeq: number,
  ) {
    this.insert = db.prepare(
      `INSERT INTO erasures (receipt, what, project_id, distinct_id, reach, seqs, last_seq, until_seq)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.wait = db.prepare('INSERT INTO erasure_consumers (number, consumer) VALUES (?, ?)');
    this.unstored = db.prepare(
      `SELECT * FROM erasures INDEXED BY erasures_unstored
       WHERE until_seq IS NULL AND (? = '' OR what = ?) ORDER BY number`,
    );
    this.looked = db.prepare(
      'UPDATE erasures SET looked_seq = max(looked_seq, min(last_seq, ?)) WHERE number = ?',
    );
    this.store = db.prepare(
      'UPDATE erasures SET until_seq = ? WHERE number = ? AND until_seq IS NULL',
    );
    this.follow = db.prepare('DELETE FROM erasure_consumers WHERE number = ? AND consumer = ?');
    this.leave = db.prepare(
      `DELETE FROM erasures WHERE number = ?1 AND until_seq IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM erasure_consumers WHERE number = ?1)`,
    );
    // Written down by a collector that did not say how far an id is to be looked for.
    db.prepare('UPDATE erasures SET last_seq = ? WHERE last_seq IS NULL AND until_seq IS NULL').run(
      lastSeq,
    );
  }

  /** What the store has to do. */
  open(): Written[] {
    return this.unstored.all('', '').map(writtenOf);
  }

  /** Ids that the store has to look for. */
  ids(): WrittenId[] {
    return this.unstored.all('id', 'id').map((row) => writtenOf(row) as WrittenId);
  }

  /** Writes an erasure down. `untilSeq`: the store has done it. */
  add(receipt: string, erased: Erased, lastSeq: number, untilSeq: number | null = null): void {
    const { lastInsertRowid } = this.insert.run(
      receipt,
      erased.what,
      erased.project,
      erased.what === 'id' ? erased.distinctId : null,
      erased.what === 'id' ? erased.reach : null,
      erased.what === 'events' ? JSON.stringify(erased.seqs) : null,
      lastSeq,
      untilSeq,
    );
    for (const consumer of this.consumers) this.wait.run(Number(lastInsertRowid), consumer);
  }

  /** Events have new numbers: copies drop the old ones. */
  replaced(receipt: string, project: number, seqs: readonly number[]): void {
    if (this.consumers.length === 0 || seqs.length === 0) return;
    const last = Math.max(...seqs);
    this.add(receipt, { what: 'events', project, seqs }, last, last);
  }

  /** Events up to this one were looked through. */
  lookedAt(numbers: readonly number[], seq: number): void {
    for (const number of numbers) this.looked.run(seq, number);
  }

  /** The store has done its part. */
  stored(number: number, untilSeq: number): void {
    this.store.run(untilSeq, number);
    this.leave.run(number);
  }

  /** A consumer has done its part. The receipt that it was of; undefined: it did before. */
  followed(number: number, consumer: string): string | undefined {
    const row = this.db.prepare('SELECT receipt FROM erasures WHERE number = ?').get(number);
    this.follow.run(number, consumer);
    this.leave.run(number);
    return row && String(row.receipt);
  }

  /** What a consumer has to do, the oldest first, some of it. */
  pending(consumer: string): Erasure[] {
    return this.db
      .prepare(
        `SELECT erasures.* FROM erasures JOIN erasure_consumers USING (number)
         WHERE consumer = ? AND until_seq IS NOT NULL ORDER BY number LIMIT ?`,
      )
      .all(consumer, PENDING_ERASURES)
      .map((row) => ({
        ...erasedOf(row),
        number: Number(row.number),
        untilSeq: Number(row.until_seq),
      }));
  }

  /**
   * The open receipt of the same id in the same projects. What the store has done of it is to be done again: by
   * new erasures, for a consumer may be following the old ones.
   */
  reopen(list: readonly Erased[], lastSeq: number): string | undefined {
    const [first] = list;
    if (first?.what !== 'id') return undefined;
    const wanted = list.map(({ project }) => project).join();
    const receipt = this.db
      .prepare(
        `SELECT receipt, group_concat(project_id) AS projects, min(reach) AS reach FROM
           (SELECT * FROM erasures WHERE distinct_id = ? AND what = 'id' ORDER BY project_id)
         GROUP BY receipt`,
      )
      .all(first.distinctId)
      .find(({ projects, reach }) => projects === wanted && reach === first.reach)?.receipt;
    if (receipt === undefined) return undefined;
    const done = this.db
      .prepare(
        `SELECT * FROM erasures WHERE distinct_id = ? AND receipt = ? AND until_seq IS NOT NULL`,
      )
      .all(first.distinctId, receipt);
    for (const row of done) {
      this.db
        .prepare('DELETE FROM erasure_consumers WHERE number = ? AND 1 = ?')
        .run(row.number!, 1);
      this.db.prepare('DELETE FROM erasures WHERE number = ? AND 1 = ?').run(row.number!, 1);
      this.add(String(receipt), erasedOf(row), lastSeq);
    }
    return String(receipt);
  }

  /**
   * Consumers that are switched off are not waited for: whatever they have, they do not keep up. The receipts
   * that may have waited for them.
   */
  excuse(): string[] {
    const known = this.consumers.map(() => '?').join(', ');
    const receipts = this.db
      .prepare(
        `SELECT DISTINCT receipt FROM erasures JOIN erasure_consumers USING (number)
         WHERE 1 = ? AND consumer NOT IN (${known})`,
      )
      .all(1, ...this.consumers);
    this.db
      .prepare(`DELETE FROM erasure_consumers WHERE 1 = ? AND consumer NOT IN (${known})`)
      .run(1, ...this.consumers);
    this.db.exec(
      `DELETE FROM erasures WHERE until_seq IS NOT NULL
       AND number NOT IN (SELECT number FROM erasure_consumers)`,
    );
    return receipts.map(({ receipt }) => String(receipt));
  }
}
