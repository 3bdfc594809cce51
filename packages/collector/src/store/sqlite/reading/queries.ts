// Everything that is read in a thread of its own: a name, and a function of what it reads from.

import { backupTo } from '../backup.ts';
import { type Database, openReader } from '../database.ts';
import { lettersAfter } from '../dead-letters.ts';
import { anotherOfDay } from '../erasing.ts';
import { countIn, latestEvents, numberedEvents, pageAfter, pageOf } from '../events.ts';
import { eventsConcerning } from '../forgetting.ts';
import { installsAfter } from '../installs.ts';
import { checkIntegrity } from '../integrity.ts';
import { stats } from '../numbers/stats.ts';
import { summary } from '../numbers/summary.ts';
import { table } from '../numbers/tables.ts';
import { visitEnds, visitsIn, visitTotals } from '../visit-lists.ts';
import { type Rows, TimedDatabase } from './timed.ts';

/** Numbers: how long they take depends on what there is, so they are stopped in time. */
const NUMBERS = { summary, table, stats, visitTotals, visitEnds };

/** Pages, which are short; and what an operator asks for, which takes as long as it takes. */
const LISTS = {
  latest: latestEvents,
  numbered: numberedEvents,
  page: pageOf,
  count: countIn,
  after: pageAfter,
  letters: lettersAfter,
  installs: installsAfter,
  concerning: eventsConcerning,
  anotherOfDay,
  visits: visitsIn,
  integrity: checkIntegrity,
  backup: (_db: Database, { folder, file }: { folder: string; file: string }) =>
    backupTo(folder, file),
};
export type Queries = typeof NUMBERS & typeof LISTS;
export type QueryName = keyof Queries;
export type Params<N extends QueryName> = Parameters<Queries[N]>[1];
export type Result<N extends QueryName> = Awaited<ReturnType<Queries[N]>>;

/** Answers questions about one database file. Connections are opened when they are needed. */
export class Answers {
  private db: Database | undefined;
  private timed: TimedDatabase | undefined;

  constructor(
    private readonly path: string,
    /** How long a question about the numbers may take, in ms. */
    private readonly limitMs: number,
  ) {}

  /** Answers a question, in one snapshot for all its statements. @throws TooSlow */
  async to<N extends QueryName>(name: N, params: Params<N>): Promise<Result<N>> {
    if (name in NUMBERS) {
      const query = NUMBERS[name as keyof typeof NUMBERS] as (
        rows: Rows,
        params: unknown,
      ) => Promise<unknown>;
      this.timed ??= new TimedDatabase(this.path);
      return (await this.timed.ask((rows) => query(rows, params), this.limitMs)) as Result<N>;
    }
    const query = LISTS[name as keyof typeof LISTS] as (db: Database, params: unknown) => unknown;
    this.db ??= openReader(this.path);
    this.db.exec('BEGIN');
    try {
      return query(this.db, params) as Result<N>;
    } finally {
      this.db.exec('COMMIT');
    }
  }

  close(): void {
    this.db?.close();
    this.timed?.close();
    this.db = undefined;
    this.timed = undefined;
  }
}
