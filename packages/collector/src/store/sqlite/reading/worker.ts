// The thread that reads: long queries never hold up the thread that ingests.

import { parentPort, workerData } from 'node:worker_threads';
import { Answers, type QueryName } from './queries.ts';

/** What the thread is started with. */
export interface Reading {
  readonly path: string;
  readonly limitMs: number;
}
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
  const { path, limitMs } = workerData as Reading;
  const answers = new Answers(path, limitMs);
  port.on('message', async ({ id, name, params }: Question) => {
    try {
      const result = await answers.to(name, params as never);
      port.postMessage({ id, result } satisfies Answer);
    } catch (error) {
      const { message, code } = error as { message?: string; code?: string };
      port.postMessage({ id, error: message ?? String(error), code } satisfies Answer);
    }
  });
}
