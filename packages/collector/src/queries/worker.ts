// The thread that reads: long queries never hold up the thread that ingests.

import { parentPort, workerData } from 'node:worker_threads';
import { openReader } from '../store/database.ts';
import { analytics } from './analytics.ts';
import { published } from './public.ts';
import { stats } from './stats.ts';
import { summary } from './summary.ts';

/** Every query the thread answers. */
const QUERIES = { summary, analytics, stats, published };
export type Queries = typeof QUERIES;
export type QueryName = keyof Queries;

/** A question to the thread, and its answer. */
export interface Question {
  readonly id: number;
  readonly name: QueryName;
  readonly params: unknown;
}
export type Answer = { id: number; result: unknown } | { id: number; error: string };

if (parentPort) {
  const port = parentPort;
  const db = openReader((workerData as { path: string }).path);
  port.on('message', ({ id, name, params }: Question) => {
    let answer: Answer;
    try {
      // One snapshot for all the statements of a query.
      db.exec('BEGIN');
      const query = QUERIES[name] as (db: unknown, params: unknown) => unknown;
      answer = { id, result: query(db, params) };
    } catch (error) {
      answer = { id, error: error instanceof Error ? error.message : String(error) };
    } finally {
      db.exec('COMMIT');
    }
    port.postMessage(answer);
  });
}
