// What a collector does by itself, beside answering: retention every hour, a check of its database every day.

import type { FastifyInstance } from 'fastify';
import { DAY_MS, HOUR_MS, INTEGRITY_MS, SECOND_MS } from './limits.ts';
import type { Metrics } from './metrics.ts';
import { Unavailable } from './store/errors.ts';
import type { Integrity, Store } from './store/store.ts';

/** Soon after the start, when those who waited for it have been served. */
const RETENTION_AFTER_MS = 30 * SECOND_MS;
const CHECK_AFTER_MS = 2 * SECOND_MS;

export interface JobParts {
  readonly store: Store;
  readonly metrics: Metrics;
  readonly log: FastifyInstance['log'];
  readonly clock: () => number;
  /** The store has deleted what is too old. */
  readonly retained: () => void;
}

export class Jobs {
  private readonly timers: NodeJS.Timeout[] = [];
  private found: Integrity | undefined;
  private wasAhead = false;
  private isChecking = false;
  private isStopped = false;

  constructor(private readonly parts: JobParts) {}

  start(): void {
    const { timers } = this;
    // What a kill interrupted goes on at once: somebody was promised it.
    this.parts.store.erasures.resume().catch((error) => this.tell('an erasure', error));
    timers.push(setTimeout(() => this.retain(), RETENTION_AFTER_MS));
    timers.push(setInterval(() => this.retain(), HOUR_MS));
    timers.push(setTimeout(() => this.check('quick'), CHECK_AFTER_MS));
    timers.push(setInterval(() => this.check('thorough'), INTEGRITY_MS));
  }

  stop(): void {
    this.isStopped = true;
    for (const timer of this.timers) clearTimeout(timer);
  }

  /** What the last check of the database found; undefined: none has ended yet. */
  integrity(): Integrity | undefined {
    return this.found;
  }

  private async retain(): Promise<void> {
    const { store, log, clock, retained } = this.parts;
    try {
      // What an error interrupted goes on.
      await store.erasures.resume();
      await store.retain(clock());
      retained();
      const { aheadMs, isStrange } = await store.clock();
      const isAhead = aheadMs !== null && isStrange;
      if (isAhead && !this.wasAhead) log.warn(aheadWords(aheadMs));
      this.wasAhead = isAhead;
    } catch (error) {
      this.tell('retention', error);
    }
  }

  private tell(what: string, error: unknown): void {
    const reason = error instanceof Unavailable ? error.reason : undefined;
    const words = reason ?? (error instanceof Error ? error.message : error);
    if (!this.isStopped) this.parts.log.error(`${what}: ${words}; it is tried again`);
  }

  private async check(how: 'quick' | 'thorough'): Promise<void> {
    if (this.isChecking) return;
    this.isChecking = true;
    const { store, metrics, log } = this.parts;
    try {
      this.found = await store.checkIntegrity(how);
      const { isWhole, damage } = this.found;
      metrics.whole.set(isWhole ? 1 : 0);
      if (!isWhole) log.error(`the database is damaged: ${damage.slice(0, 3).join('; ')}`);
    } catch (error) {
      log.error(
        `the database could not be checked: ${error instanceof Error ? error.message : error}`,
      );
    } finally {
      this.isChecking = false;
    }
  }
}

/** What a jump of the clock means, and what to do. */
export const aheadWords = (aheadMs: number): string =>
  `the clock is ${Math.round(aheadMs / DAY_MS)} days ahead of what has gone by: nothing is deleted for its age, until it has gone on for a day. If it is right, say so with: POST /api/v1/clock`;
