// Asks the reading thread. It is started at the first question and again if it dies.

import { Worker } from 'node:worker_threads';
import type { Answer, Queries, QueryName, Question } from './worker.ts';

/** The reading thread of one database. */
export class Reader {
  private worker: Worker | undefined;
  private nextId = 1;
  private readonly waiting = new Map<
    number,
    { resolve: (result: unknown) => void; reject: (error: Error) => void }
  >();

  constructor(private readonly path: string) {}

  /** Runs a query. @throws when it fails, or the thread ends. */
  ask<N extends QueryName>(
    name: N,
    params: Parameters<Queries[N]>[1],
  ): Promise<ReturnType<Queries[N]>> {
    this.worker ??= this.start();
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
      this.worker!.postMessage({ id, name, params } satisfies Question);
    });
  }

  async close(): Promise<void> {
    await this.worker?.terminate();
  }

  private start(): Worker {
    const worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: { path: this.path },
      resourceLimits: { maxOldGenerationSizeMb: 256 },
    });
    worker.on('message', (answer: Answer) => {
      const asked = this.waiting.get(answer.id);
      this.waiting.delete(answer.id);
      if ('error' in answer) asked?.reject(new Error(answer.error));
      else asked?.resolve(answer.result);
    });
    const end = (error: Error) => {
      if (this.worker === worker) this.worker = undefined;
      for (const { reject } of this.waiting.values()) reject(error);
      this.waiting.clear();
    };
    worker.on('error', end);
    worker.on('exit', () => end(new Error('the reading thread ended')));
    worker.unref();
    return worker;
  }
}
