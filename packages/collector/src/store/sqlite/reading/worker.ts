// The thread that reads: long queries never hold up the thread that ingests.

import { parentPort, workerData } from 'node:worker_threads';
import { openReader } from '../database.ts';
import { answer, type QueryName } from './queries.ts';

/** A question to the thread, and its answer. */
export interface Question {
  readonly id: number;
  readonly name: QueryName;
  readonly params: unknown;
}
export type Answer =
  | { id: number; result: unknown }
  | { id: number; error: string; code: string | undefined };

if (parentPort) {
  const port = parentPort;
  const db = openReader((workerData as { path: string }).path);
  port.on('message', ({ id, name, params }: Question) => {
    try {
      port.postMessage({ id, result: answer(db, name, params as never) } satisfies Answer);
    } catch (error) {
      const { message, code } = error as { message?: string; code?: string };
      port.postMessage({ id, error: message ?? String(error), code } satisfies Answer);
    }
  });
}
