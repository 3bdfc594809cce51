// Erasures of this store: written down first, then done step by step, the count of each step with it.

import { randomBytes } from 'node:crypto';
import { DAY_MS, RECEIPT_DAYS, RECEIPTS } from '../../limits.ts';
import type { Erased, Erasure, Erasures, Reach, Receipt } from '../erasures.ts';
import { inJson } from '../naming.ts';
import type { GroupCommit } from './commit.ts';
import type { Database, Row, Statement } from './database.ts';
import type { Erasing, OfId, Step } from './erasing.ts';
import { LOOKED_AT_ONCE } from './naming.ts';
import type { Reader } from './reading/reader.ts';
import type { Writer } from './writer.ts';

/** Events that one step changes. */
const CLEANED_AT_ONCE = 500;

const erasedOf = (row: Row): Erased => {
  const project = Number(row.project_id);
  if (row.what === 'id') {
    const reach = row.reach === 'named' ? 'named' : 'anywhere';
    return { what: 'id', project, distinctId: String(row.distinct_id), reach };
  }
  if (row.what === 'event') return { what: 'event', project, seq: Number(row.seq) };
  return { what: 'project', project };
};

export interface ErasureParts {
  readonly db: Database;
  readonly commits: GroupCommit;
  readonly erasing: Erasing;
  readonly writer: Writer;
  readonly consumers: readonly string[];
  /** The numbers of the projects there are. */
  readonly projects: () => number[];
  readonly lists: Pick<Reader, 'ask'>;
  /** Empties the write-ahead log: what was erased is still in its old pages. */
  readonly emptyLog: () => Promise<boolean>;
  readonly clock: () => number;
}

export class SqliteErasures implements Erasures {
  private readonly unstored: Statement;
  private readonly one: Statement;
  private readonly waiting: Statement;
  private readonly add: Statement;
  /** The last look through all events: one after the other, so that questions wait for a piece of one at most. */
  private looking: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: ErasureParts) {
    const { db } = parts;
    this.unstored = db.prepare(
      `SELECT * FROM erasures WHERE until_seq IS NULL AND (? = '' OR receipt = ?) ORDER BY number`,
    );
    this.one = db.prepare('SELECT * FROM receipts WHERE id = ?');
    this.waiting = db.prepare(
      `SELECT DISTINCT CASE WHEN until_seq IS NULL THEN 'store' ELSE consumer END AS name
       FROM erasures LEFT JOIN erasure_consumers USING (number) WHERE receipt = ? ORDER BY name`,
    );
    this.add = db.prepare(
      `UPDATE receipts SET events = events + ?, installs = installs + ?, dead_letters = dead_letters + ?
       WHERE id = ?`,
    );
    this.excuse();
  }

  async forget(
    distinctId: string,
    project?: number,
    waitMs?: number,
    reach: Reach = 'anywhere',
  ): Promise<Receipt> {
    const projects = this.parts.projects().filter((id) => project === undefined || id === project);
    const id = await this.request(
      projects.map((each) => ({ what: 'id', project: each, distinctId, reach })),
    );
    await this.runFor(id, waitMs);
    return this.read(id)!;
  }

  /** As `forget`, for anything. `first` is done in the transaction in which the erasure is written down. */
  async erase(erased: Erased, first?: () => void, waitMs?: number): Promise<Receipt> {
    const id = await this.request([erased], first);
    await this.runFor(id, waitMs);
    return this.read(id)!;
  }

  resume(): Promise<void> {
    return this.run('');
  }

  async receipt(id: string): Promise<Receipt | undefined> {
    return this.read(id);
  }

  async list(limit: number): Promise<Receipt[]> {
    return this.parts.db
      .prepare('SELECT id FROM receipts WHERE 1 = ? ORDER BY requested_ms DESC LIMIT ?')
      .all(1, limit)
      .map(({ id }) => this.read(String(id))!);
  }

  async pending(consumer: string): Promise<Erasure[]> {
    return this.parts.db
      .prepare(
        `SELECT erasures.* FROM erasures JOIN erasure_consumers USING (number)
         WHERE consumer = ? AND until_seq IS NOT NULL ORDER BY number LIMIT ?`,
      )
      .all(consumer, 1_000)
      .map((row) => ({
        ...erasedOf(row),
        number: Number(row.number),
        untilSeq: Number(row.until_seq),
      }));
  }

  async done(consumer: string, number: number): Promise<void> {
    const { db, commits } = this.parts;
    await commits.add(1, () => {
      db.prepare('DELETE FROM erasure_consumers WHERE number = ? AND consumer = ?').run(
        number,
        consumer,
      );
      this.close();
    });
  }

  /** Writes it down. Inside one transaction: all of it, or nothing. */
  private request(list: readonly Erased[], first?: () => void): Promise<string> {
    const { db, commits, consumers, clock } = this.parts;
    return commits.add(1, () => {
      first?.();
      const open = this.openFor(list);
      const id = open ?? randomBytes(16).toString('base64url');
      if (open === undefined) {
        db.prepare('INSERT INTO receipts (id, requested_ms) VALUES (?, ?)').run(id, clock());
      }
      const insert = db.prepare(
        'INSERT INTO erasures (receipt, what, project_id, distinct_id, seq, reach) VALUES (?, ?, ?, ?, ?, ?)',
      );
      const wait = db.prepare('INSERT INTO erasure_consumers (number, consumer) VALUES (?, ?)');
      for (const each of list) {
        const { lastInsertRowid } = insert.run(
          id,
          each.what,
          each.project,
          each.what === 'id' ? each.distinctId : null,
          each.what === 'event' ? each.seq : null,
          each.what === 'id' ? each.reach : null,
        );
        for (const consumer of consumers) wait.run(Number(lastInsertRowid), consumer);
      }
      db.prepare(
        `DELETE FROM receipts WHERE done_ms IS NOT NULL AND id IN
         (SELECT id FROM receipts ORDER BY requested_ms DESC LIMIT ? OFFSET ?)`,
      ).run(100, RECEIPTS);
      return id;
    });
  }

  /**
   * The open receipt of the same ids in the same projects, whose erasures the new ones stand for: those begin
   * later, and so erase all that the old ones would. Inside a transaction.
   */
  private openFor(list: readonly Erased[]): string | undefined {
    const { db } = this.parts;
    const [first] = list;
    if (first?.what !== 'id') return undefined;
    const wanted = list.map(({ project }) => project).join();
    const found = db
      .prepare(
        `SELECT receipt, group_concat(project_id) AS projects, min(reach) AS reach FROM
           (SELECT * FROM erasures WHERE distinct_id = ? AND what = 'id' ORDER BY project_id)
         GROUP BY receipt`,
      )
      .all(first.distinctId)
      .find(({ projects, reach }) => projects === wanted && reach === first.reach);
    if (!found) return undefined;
    const receipt = String(found.receipt);
    db.prepare(
      `DELETE FROM erasure_consumers WHERE number IN
       (SELECT number FROM erasures WHERE receipt = ? AND what = 'id')`,
    ).run(receipt);
    db.prepare("DELETE FROM erasures WHERE receipt = ? AND what = 'id'").run(receipt);
    return receipt;
  }

  async expire(nowMs: number): Promise<void> {
    await this.parts.commits.add(1, () => {
      this.parts.db
        .prepare('DELETE FROM receipts WHERE done_ms < ?')
        .run(nowMs - RECEIPT_DAYS * DAY_MS);
    });
  }

  /** As `run`, but whoever waits does so for `waitMs` at most. What fails later is done by `resume`. */
  private async runFor(receipt: string, waitMs?: number): Promise<void> {
    const run = this.run(receipt);
    if (waitMs === undefined) return run;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((wake) => {
      timer = setTimeout(wake, waitMs);
    });
    try {
      await Promise.race([run, late]);
    } finally {
      clearTimeout(timer);
      run.catch(() => {});
    }
  }

  /** Does the store's part: of one receipt, or of all (''). */
  private async run(receipt: string): Promise<void> {
    const { commits, emptyLog } = this.parts;
    const rows = this.unstored.all(receipt, receipt);
    for (const row of rows) {
      const erased = erasedOf(row);
      if (erased.what === 'id' && erased.reach === 'anywhere') await this.clean(row, erased);
      const at = { letter: 0 };
      while (!(await commits.add(1, () => this.step(row, at))));
    }
    if (rows.length > 0) await emptyLog();
  }

  /**
   * Takes an id out of the properties of others: of all events that were there when it began. They are looked
   * through beside the writer, which is told only of those that hold it.
   */
  private clean(row: Row, of: OfId): Promise<void> {
    const cleaned = this.looking.then(() => this.cleanAll(row, of));
    this.looking = cleaned.catch(() => undefined);
    return cleaned;
  }

  private async cleanAll(row: Row, of: OfId): Promise<void> {
    const { commits, erasing, writer, lists, clock } = this.parts;
    const text = inJson(of.distinctId);
    const { lastSeq } = writer;
    for (let afterSeq = 0; afterSeq < lastSeq; afterSeq += LOOKED_AT_ONCE) {
      const toSeq = Math.min(lastSeq, afterSeq + LOOKED_AT_ONCE);
      const seqs = await lists.ask('holding', { project: of.project, text, afterSeq, toSeq });
      for (let at = 0; at < seqs.length; at += CLEANED_AT_ONCE) {
        const some = seqs.slice(at, at + CLEANED_AT_ONCE);
        await commits.add(some.length, () =>
          erasing.without({ ...of, nowMs: clock() }, some, (seq) => this.follow(row, seq)),
        );
      }
    }
  }

  /** One step, and its count. True: it was the last. Inside a transaction. */
  private step(row: Row, at: { letter: number }): boolean {
    const { db, erasing, writer, clock } = this.parts;
    const number = Number(row.number);
    const erased = erasedOf(row);
    const { isLast, events, installs, deadLetters }: Step =
      erased.what === 'id'
        ? erasing.id({ ...erased, nowMs: clock() }, at, (seq) => this.follow(row, seq))
        : erased.what === 'event'
          ? erasing.event(erased.project, erased.seq)
          : erasing.project(erased.project);
    this.add.run(events, installs, deadLetters, String(row.receipt));
    if (!isLast) return false;
    db.prepare('UPDATE erasures SET until_seq = ? WHERE number = ? AND until_seq IS NULL').run(
      writer.lastSeq,
      number,
    );
    this.close();
    return true;
  }

  /** An event has a new number: copies drop the old one. Inside a transaction. */
  private follow(row: Row, seq: number): void {
    const { db, consumers } = this.parts;
    if (consumers.length === 0) return;
    const { lastInsertRowid } = db
      .prepare(
        `INSERT INTO erasures (receipt, what, project_id, seq, until_seq) VALUES (?, 'event', ?, ?, ?)`,
      )
      .run(row.receipt!, row.project_id!, seq, seq);
    const wait = db.prepare('INSERT INTO erasure_consumers (number, consumer) VALUES (?, ?)');
    for (const consumer of consumers) wait.run(Number(lastInsertRowid), consumer);
  }

  /** Drops what nobody has to do any more, and closes receipts of which nothing is left. */
  private close(): void {
    const { db, clock } = this.parts;
    db.exec(
      `DELETE FROM erasures WHERE until_seq IS NOT NULL
       AND number NOT IN (SELECT number FROM erasure_consumers)`,
    );
    db.prepare(
      `UPDATE receipts SET done_ms = ? WHERE done_ms IS NULL
       AND id NOT IN (SELECT receipt FROM erasures)`,
    ).run(clock());
  }

  /** Consumers that are switched off are not waited for: whatever they have, they do not keep up. */
  private excuse(): void {
    const { db, consumers } = this.parts;
    const known = consumers.map(() => '?').join(', ');
    const changed = db
      .prepare(`DELETE FROM erasure_consumers WHERE consumer NOT IN (${known})`)
      .run(...consumers).changes;
    if (changed > 0) this.close();
  }

  private read(id: string): Receipt | undefined {
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
      }
    );
  }
}
