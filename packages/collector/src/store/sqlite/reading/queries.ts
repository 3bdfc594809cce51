// Everything that is read in a thread of its own: a name, and a function of a read-only database.

import { backupTo } from '../backup.ts';
import type { Database } from '../database.ts';
import { lettersAfter } from '../dead-letters.ts';
import { countIn, latestEvents, numberedEvents, pageAfter, pageOf } from '../events.ts';
import { installsAfter } from '../installs.ts';
import { checkIntegrity } from '../integrity.ts';
import { stats } from '../numbers/stats.ts';
import { summary } from '../numbers/summary.ts';
import { table } from '../numbers/tables.ts';

/** Every question the thread answers. */
const QUERIES = {
  summary,
  table,
  stats,
  latest: latestEvents,
  numbered: numberedEvents,
  page: pageOf,
  count: countIn,
  after: pageAfter,
  letters: lettersAfter,
  installs: installsAfter,
  integrity: checkIntegrity,
  backup: (_db: Database, { folder, file }: { folder: string; file: string }) =>
    backupTo(folder, file),
};
export type Queries = typeof QUERIES;
export type QueryName = keyof Queries;

/** Answers a question, in one snapshot for all its statements. */
export function answer<N extends QueryName>(
  db: Database,
  name: N,
  params: Parameters<Queries[N]>[1],
): ReturnType<Queries[N]> {
  const query = QUERIES[name] as (db: Database, params: unknown) => unknown;
  db.exec('BEGIN');
  try {
    return query(db, params) as ReturnType<Queries[N]>;
  } finally {
    db.exec('COMMIT');
  }
}
