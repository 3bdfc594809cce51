// What waits for a consumer: a position in the numbers of events. A cut is written down before its events
// are read, and they are read in the thread that reads.

import type { CopiedEvent, Cut, Outbox, PagedCut } from '../events.ts';
import type { GroupCommit } from './commit.ts';
import type { Database, Statement } from './database.ts';
import type { Reader } from './reading/reader.ts';

interface Position {
  readonly number: number;
  readonly doneSeq: number;
  readonly cutSeq: number | null;
}

export class SqliteOutbox implements Outbox {
  private readonly find: Statement;
  private readonly next: Statement;
  private readonly last: Statement;
  private readonly put: Statement;

  constructor(
    db: Database,
    private readonly consumer: string,
    private readonly commits: GroupCommit,
    private readonly reader: Reader,
  ) {
    this.find = db.prepare('SELECT * FROM outboxes WHERE consumer = ?');
    this.next = db.prepare('SELECT min(seq) AS seq FROM events WHERE seq > ?');
    this.last = db.prepare('SELECT max(seq) AS seq FROM events');
    this.put = db.prepare(
      `INSERT INTO outboxes (consumer, number, done_seq, cut_seq) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET
         number = excluded.number, done_seq = excluded.done_seq, cut_seq = excluded.cut_seq`,
    );
  }

  async cut(limit: number): Promise<Cut | undefined> {
    const cut = await this.cutPages(limit, limit);
    if (!cut) return undefined;
    const { pages, ...rest } = cut;
    const events: CopiedEvent[] = [];
    for await (const page of pages) events.push(...page);
    return { ...rest, events };
  }

  async cutPages(limit: number, page: number): Promise<PagedCut | undefined> {
    const before = this.position();
    if (before.cutSeq === null && this.nextAfter(before.doneSeq) === undefined) return undefined;
    const under = before.cutSeq === null ? await this.cutNew(limit) : before;
    if (!under || under.cutSeq === null) return undefined;
    const { number, doneSeq, cutSeq } = under;
    const pages = this.pages(this.nextAfter(doneSeq) ?? cutSeq, cutSeq, page);
    return { number, pages, waiting: Math.max(0, this.lastSeq() - cutSeq) };
  }

  async done(number: number): Promise<void> {
    await this.commits.add(1, () => {
      const { number: under, cutSeq } = this.position();
      if (under === number && cutSeq !== null)
        this.write({ number, doneSeq: cutSeq, cutSeq: null });
    });
  }

  async restart(): Promise<void> {
    await this.commits.add(1, () =>
      this.write({ number: this.position().number, doneSeq: 0, cutSeq: null }),
    );
  }

  async waiting(): Promise<number> {
    return Math.max(0, this.lastSeq() - this.position().doneSeq);
  }

  /** While a page is used the next one is read. */
  private async *pages(fromSeq: number, toSeq: number, size: number) {
    const read = (from: number) => {
      const last = Math.min(from - 1 + size, toSeq);
      const page = this.reader.ask('numbered', { afterSeq: from - 1, toSeq: last });
      // Whoever stops before it hears of nothing.
      page.catch(() => undefined);
      return page;
    };
    let next = read(fromSeq);
    for (let from = fromSeq; from <= toSeq; from += size) {
      const page = await next;
      if (from + size <= toSeq) next = read(from + size);
      yield page;
    }
  }

  /** Inside a transaction: another caller may have cut meanwhile. */
  private cutNew(limit: number): Promise<Position | undefined> {
    return this.commits.add(1, () => {
      const { number, doneSeq, cutSeq } = this.position();
      if (cutSeq !== null) return { number, doneSeq, cutSeq };
      // From the first that is there: where much was deleted, there are no empty batches.
      const first = this.nextAfter(doneSeq);
      if (first === undefined) return undefined;
      const cut = {
        number: number + 1,
        doneSeq,
        cutSeq: Math.min(first - 1 + limit, this.lastSeq()),
      };
      this.write(cut);
      return cut;
    });
  }

  private position(): Position {
    const row = this.find.get(this.consumer);
    return {
      number: Number(row?.number ?? 0),
      doneSeq: Number(row?.done_seq ?? 0),
      cutSeq: row && row.cut_seq !== null ? Number(row.cut_seq) : null,
    };
  }

  private write({ number, doneSeq, cutSeq }: Position): void {
    this.put.run(this.consumer, number, doneSeq, cutSeq);
  }

  private nextAfter(seq: number): number | undefined {
    const found = this.next.get(seq)?.seq ?? null;
    return found === null ? undefined : Number(found);
  }

  private lastSeq(): number {
    return Number(this.last.get()?.seq ?? 0);
  }
}
