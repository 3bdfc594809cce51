// Keeps an archive up to date beside a running collector: each hour what is finished, within seconds what is
// to be erased. The work is done by a process that ends after it; this only asks, and tells the store.

import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { ARCHIVE_DELAY_MS, ARCHIVE_LEASE_MS, ARCHIVE_LOOK_MS, DAY_MS, HOUR_MS } from '../limits.ts';
import type { StoreLocation } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import type { Order } from './erase.ts';
import type { Done, Said, Task } from './task.ts';

/** The name of the store's consumer, and of the lease. */
export const ARCHIVE = 'archive';

export interface JobParts {
  readonly store: Pick<
    Store,
    'identity' | 'projects' | 'erasures' | 'lease' | 'release' | 'steadyMs'
  >;
  readonly location: StoreLocation;
  /** The folder of the archive. */
  readonly folder: string;
  /** Parts go when they are older than this; 0: never. */
  readonly keepDays: number;
  readonly clock: () => number;
  /** Hears of every error, in words for the operator. */
  readonly onError: (message: string) => void;
  /** The script of the process: a test runs another one. */
  readonly script?: URL | string;
}

/** How the archive is. */
export interface ArchiveStatus {
  /** When it was last brought up to date, in ms since 1970; null: not since the start. */
  readonly doneMs: number | null;
  /** The highest number of an event in it; null: unknown until it was looked at. */
  readonly lastSeq: number | null;
  /** What went wrong the last time; null: all is well. */
  readonly error: string | null;
}

export class ArchiveJob {
  private readonly holder = randomUUID();
  private timer: NodeJS.Timeout | undefined;
  private child: ChildProcess | undefined;
  private running: Promise<void> | undefined;
  private isStopped = false;
  private doneHour: number | undefined;
  private expiredDay: number | undefined;
  private now: ArchiveStatus = { doneMs: null, lastSeq: null, error: null };

  constructor(private readonly parts: JobParts) {}

  /** Looks now, and then every few seconds. */
  start(): void {
    const look = () => {
      this.running ??= this.look().finally(() => {
        this.running = undefined;
      });
    };
    look();
    this.timer = setInterval(look, ARCHIVE_LOOK_MS);
  }

  status(): ArchiveStatus {
    return this.now;
  }

  /** Ends what is under way: the next start goes on. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    this.child?.kill('SIGKILL');
    await this.running;
  }

  /** Does what is due. Never rejects. */
  async look(): Promise<void> {
    const { store, clock, onError } = this.parts;
    try {
      const nowMs = clock();
      const hour = Math.floor((nowMs - ARCHIVE_DELAY_MS) / HOUR_MS);
      const pending = await store.erasures.pending(ARCHIVE);
      if (this.isStopped || (pending.length === 0 && hour === this.doneHour)) return;
      if (!(await store.lease(ARCHIVE, this.holder, ARCHIVE_LEASE_MS))) return;
      try {
        const orders = pending.map((erasure) => ({
          erasure,
          projectName: store.projects.byId(erasure.project)?.name,
        }));
        const { archived } = await this.ask(this.taskOf(orders, nowMs));
        for (const { number } of pending) await store.erasures.done(ARCHIVE, number);
        this.doneHour = hour;
        this.expiredDay = Math.floor(nowMs / DAY_MS);
        this.now = { doneMs: clock(), lastSeq: archived.lastSeq, error: null };
      } finally {
        await store.release(ARCHIVE, this.holder);
      }
    } catch (error) {
      if (this.isStopped) return;
      const message = error instanceof Error ? error.message : String(error);
      // Once, not every time.
      if (message !== this.now.error) onError(`the archive is not up to date: ${message}`);
      this.now = { ...this.now, error: message };
    }
  }

  private taskOf(orders: readonly Order[], nowMs: number): Task {
    const { store, location, folder, keepDays } = this.parts;
    const isDue = keepDays > 0 && this.expiredDay !== Math.floor(nowMs / DAY_MS);
    return {
      location,
      identity: store.identity,
      folder,
      nowMs,
      orders,
      expireBeforeMs: isDue ? store.steadyMs(nowMs) - keepDays * DAY_MS : null,
    };
  }

  /** Runs a task in a process, and keeps the lease meanwhile. @throws what the process says */
  private async ask(task: Task): Promise<Done> {
    const { store, script = new URL('./process.js', import.meta.url) } = this.parts;
    const child = fork(script, [], {
      serialization: 'advanced',
      execArgv: ['--max-old-space-size=192', '--max-semi-space-size=4'],
      // None of the collector's settings: tokens are no business of this process.
      env: { PATH: process.env.PATH, MALLOC_ARENA_MAX: '2' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.child = child;
    const keep = setInterval(() => {
      store.lease(ARCHIVE, this.holder, ARCHIVE_LEASE_MS).then(
        (isHeld) => isHeld || child.kill('SIGKILL'),
        () => child.kill('SIGKILL'),
      );
    }, ARCHIVE_LEASE_MS / 3);
    try {
      const said = await new Promise<Said>((resolve, reject) => {
        child.once('message', (message) => resolve(message as Said));
        child.once('error', reject);
        child.once('exit', (code, signal) =>
          reject(new Error(`its process ended (${signal ?? code}); it is started again`)),
        );
        child.send(task, (error) => error && reject(error));
      });
      if ('error' in said) throw new Error(said.error);
      return said.done;
    } finally {
      clearInterval(keep);
      child.kill('SIGKILL');
      this.child = undefined;
    }
  }
}
