// One process, and what was asked of it. When it ends, whatever was asked and not answered fails.

import { type ChildProcess, fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { QuestionError } from '../../../../schema/src/question.ts';
import { WarehouseUnavailable } from '../warehouse.ts';
import type { CallName, Calls, Request, Response } from './protocol.ts';

interface Asked {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout | undefined;
}

/** How much a process yields to others that want the same core: of 19. */
const NICE = 5;

/** Whoever sends goes before whoever asks: twenty questions would share the cores with one collector. */
function yieldTo(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, NICE);
  } catch {
    // It has ended, which is noticed elsewhere; or the system has no priorities.
  }
}

export class Child {
  /** Resolves when the process has ended. */
  readonly ended: Promise<number | null>;
  private readonly process: ChildProcess;
  private readonly asked = new Map<number, Asked>();
  private nextId = 1;

  /** Starts a script of ours, with as many threads for DuckDB's calls as may run at once. */
  constructor(script: URL | string, threads: number) {
    this.process = fork(script, [], {
      serialization: 'advanced',
      execArgv: ['--max-old-space-size=256', '--max-semi-space-size=4'],
      // None of the collector's settings: tokens are no business of this process. glibc keeps an arena
      // for every thread, and each keeps what was freed; two are enough for two cores.
      env: {
        PATH: process.env.PATH,
        UV_THREADPOOL_SIZE: String(threads),
        MALLOC_ARENA_MAX: '2',
        MALLOC_TRIM_THRESHOLD_: '1000000',
      },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    yieldTo(this.process.pid);
    this.process.on('message', (response: Response) => this.settle(response));
    this.ended = new Promise((ended) => {
      const end = (code: number | null) => {
        ended(code);
        for (const id of [...this.asked.keys()]) {
          this.settle({ id, error: 'the process of the warehouse ended', is: 'unavailable' });
        }
      };
      this.process.on('exit', end);
      this.process.on('error', () => end(null));
    });
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  /**
   * Asks. A process that does not answer in time is ended: it hangs.
   * @throws QuestionError, WarehouseUnavailable
   */
  call<N extends CallName>(name: N, argument: Calls[N][0], limitMs?: number): Promise<Calls[N][1]> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const timer = limitMs ? setTimeout(() => this.kill(), limitMs) : undefined;
      this.asked.set(id, { resolve: resolve as (result: unknown) => void, reject, timer });
      const request: Request = { id, name, argument };
      this.process.send(request, (error) => {
        if (error) this.settle({ id, error: error.message, is: 'unavailable' });
      });
    });
  }

  /** Lets it end by itself, or ends it after a while. */
  async close(limitMs: number): Promise<void> {
    if (this.process.connected) this.process.disconnect();
    const timer = setTimeout(() => this.kill(), limitMs);
    await this.ended;
    clearTimeout(timer);
  }

  private kill(): void {
    this.process.kill('SIGKILL');
  }

  private settle(response: Response): void {
    const asked = this.asked.get(response.id);
    if (!asked) return;
    this.asked.delete(response.id);
    clearTimeout(asked.timer);
    if (!('error' in response)) asked.resolve(response.result);
    else if (response.is === 'question') asked.reject(new QuestionError(response.error));
    else asked.reject(new WarehouseUnavailable(response.error));
  }
}
