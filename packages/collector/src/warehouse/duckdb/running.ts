// The process of the warehouse as its collector keeps it: started, and started again when it dies, a little
// later each time. Nobody waits for one that is down.

import type { Column } from '../columns.ts';
import { WarehouseUnavailable } from '../warehouse.ts';
import { Child } from './child.ts';
import { type CallName, type Calls, EXIT_DAMAGED } from './protocol.ts';

/** What a process is started with. */
export interface RunningSettings {
  readonly file: string;
  readonly columns: readonly Column[];
  readonly memoryMb: number;
  readonly threads: number;
  readonly readers: number;
  readonly questionMs: number;
  readonly script: URL | string;
}

/** Waits before a process is started again, in ms: the last one is repeated. */
const WAITS = [100, 300, 1_000, 3_000, 10_000, 30_000];
/** The longest of them for a process that had opened its file: the next one will too. */
const WAIT_OPENED = 1_000;
/** A process that lived so long was well: the next death is the first one, in ms. */
const WELL_MS = 60_000;
/** A file that killed so many processes while it was opened is taken for damaged. */
const DEADLY = 3;
/** How long a process may take to end by itself, in ms. */
const CLOSE_MS = 3_000;

export class Running {
  /** Processes so far. */
  starts = 0;
  /** Why there is none, when there is none. */
  reason = 'the warehouse is starting';
  private child: Child | undefined;
  private ready: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;
  private deaths = 0;
  private deathsWhileOpening = 0;
  private isKnownBad = false;

  constructor(private readonly settings: RunningSettings) {
    this.start();
  }

  /** Of the process, while there is one. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Resolves when the process that runs now has ended; at once when none does. */
  get ended(): Promise<unknown> {
    return this.child?.ended ?? Promise.resolve();
  }

  get isUp(): boolean {
    return this.child !== undefined;
  }

  /** @throws WarehouseUnavailable when there is no process, or it ends or hangs meanwhile. */
  async call<N extends CallName>(
    name: N,
    argument: Calls[N][0],
    limitMs?: number,
  ): Promise<Calls[N][1]> {
    if (!this.child || !this.ready || this.isClosed) throw new WarehouseUnavailable(this.reason);
    const { child } = this;
    await this.ready;
    return child.call(name, argument, limitMs);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.child?.close(CLOSE_MS);
  }

  private start(): void {
    const { script, ...opening } = this.settings;
    const startMs = Date.now();
    const child = new Child(script, opening.readers + 3);
    let isOpen = false;
    let refusal: string | undefined;
    this.child = child;
    this.starts++;
    this.ready = child
      .call('open', {
        ...opening,
        isKnownBad: this.isKnownBad || this.deathsWhileOpening >= DEADLY,
      })
      .then(() => {
        isOpen = true;
        this.isKnownBad = false;
        this.deathsWhileOpening = 0;
      })
      .catch((error: Error) => {
        refusal = error.message;
        void child.close(CLOSE_MS);
        throw error;
      });
    // Who asks meanwhile hears of it; if nobody does, that is no error of this process.
    this.ready.catch(() => undefined);
    void child.ended.then((code) => {
      if (this.child === child) this.child = undefined;
      if (this.isClosed) return;
      if (code === EXIT_DAMAGED) this.isKnownBad = true;
      if (code !== 0 && !isOpen) this.deathsWhileOpening++;
      this.deaths = Date.now() - startMs > WELL_MS ? 1 : this.deaths + 1;
      const longest = isOpen ? WAIT_OPENED : WAITS.at(-1)!;
      const wait = Math.min(WAITS[Math.min(this.deaths, WAITS.length) - 1]!, longest);
      this.reason = `${refusal ?? 'its process ended'}; it is started again in ${wait / 1000} s`;
      this.timer = setTimeout(() => this.start(), wait);
    });
  }
}
