// Asks a reading thread. It is started at the first question and again if it dies.

import { Worker } from 'node:worker_threads';
import { QUESTION_WAIT_MS } from '../../../limits.ts';
import { TooSlow } from '../../errors.ts';
import { Answers, type Params, type QueryName, type Result } from './queries.ts';
import type { Answer, Question, Reading } from './worker.ts';

/** Run as TypeScript (tests, in one process) there is no thread to be had: it answers in this one. */
const HAS_THREADS = import.meta.url.endsWith('.js');

/** A reading thread of one database. */
export class Reader {
  private worker: Worker | undefined;
  private inline: Answers | undefined;
  private nextId = 1;
  private readonly waiting = new Map<
    number,
    { resolve: (result: unknown) => void; reject: (error: Error) => void }
  >();

  constructor(
    private readonly path: string,
    private readonly limitMs = QUESTION_WAIT_MS,
  ) {}

  /** Runs a query. @throws when it fails, or the thread ends; TooSlow when it takes too long. */
  async ask<N extends QueryName>(name: N, params: Params<N>): Promise<Result<N>> {
    if (!HAS_THREADS) {
      this.inline ??= new Answers(this.path, this.limitMs);
      return this.inline.to(name, params);
    }
    this.worker ??= this.start();
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
      // Whoever waits for an answer does not end before it; without a question the thread holds up nobody.
      this.worker!.ref();
      this.worker!.postMessage({ id, name, params } satisfies Question);
    });
  }

  async close(): Promise<void> {
    this.inline?.close();
    this.inline = undefined;
    await this.worker?.terminate();
  }

  private start(): Worker {
    const worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: { path: this.path, limitMs: this.limitMs } satisfies Reading,
      resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 8 },
    });
    worker.on('message', (given: Answer) => {
      const asked = this.waiting.get(given.id);
      this.waiting.delete(given.id);
      if (this.waiting.size === 0) worker.unref();
      if ('error' in given) {
        asked?.reject(errorOf(given));
      } else {
        asked?.resolve(given.result);
      }
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

/** An error of the thread, as it was there. */
function errorOf({ error, code }: { error: string; code: string | undefined }): Error {
  if (code === 'TOO_SLOW') return new TooSlow();
  return Object.assign(new Error(error), code === undefined ? {} : { code });
}

/** One question that may take long, in a thread of its own: nobody waits behind it. */
export async function askAlone<N extends QueryName>(
  path: string,
  name: N,
  params: Params<N>,
): Promise<Result<N>> {
  const reader = new Reader(path);
  try {
    return await reader.ask(name, params);
  } finally {
    await reader.close();
  }
}
