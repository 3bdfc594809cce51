// Remembers in the database what is believed of the clock.

import { CLOCK_JUMP_MS } from '../../limits.ts';
import { type Look, look, type SteadyState, type Uptime } from '../steady.ts';
import type { ClockState } from '../store.ts';
import { uptimeOfMachine } from '../uptime.ts';
import type { GroupCommit } from './commit.ts';
import type { Database } from './database.ts';

const KEY = 'steady_time';

export class SteadyTime {
  private last: Look | undefined;
  private lookedMs: number | undefined;
  private believed: { ms: number | undefined; runningMs: number } | undefined;
  private begun: { readonly newestMs: number | null } | undefined;

  constructor(
    private readonly db: Database,
    private readonly commits: GroupCommit,
    /** A clock that nobody sets. */
    private readonly running: () => number = () => performance.now(),
    private readonly uptime: () => Uptime | undefined = uptimeOfMachine,
  ) {}

  /** Looks at the clock, and remembers it. */
  async look(nowMs: number): Promise<Look> {
    const runningMs = this.running();
    const ranMs = this.lookedMs === undefined ? 0 : runningMs - this.lookedMs;
    this.lookedMs = runningMs;
    const seen = look(this.read() ?? this.first(nowMs), nowMs, ranMs, this.uptime());
    await this.write(seen.state);
    this.last = seen;
    this.believed = { ms: seen.state.believedMs, runningMs };
    return seen;
  }

  /** Between two looks: what is believed, and the time that has gone by since. Writes nothing. */
  between(nowMs: number): number {
    this.believed ??= this.beforeLooking(nowMs);
    const { ms, runningMs } = this.believed;
    if (ms === undefined) return nowMs;
    const goneMs = ms + this.running() - runningMs;
    return nowMs - goneMs > CLOCK_JUMP_MS ? goneMs : nowMs;
  }

  private beforeLooking(nowMs: number): { ms: number | undefined; runningMs: number } {
    const state = this.read() ?? this.first(nowMs);
    const ms = state && look(state, nowMs, 0, this.uptime()).steadyMs;
    return { ms, runningMs: this.running() };
  }

  async state(): Promise<ClockState> {
    const { steadyMs, aheadMs, isStrange } = this.last ?? {
      steadyMs: this.read()?.believedMs ?? 0,
      aheadMs: null,
      isStrange: false,
    };
    return { steadyMs, aheadMs, isStrange };
  }

  async believe(nowMs: number): Promise<void> {
    const uptime = this.uptime();
    await this.write({ believedMs: nowMs, jump: null, ...(uptime && { uptime }) });
    this.believed = undefined;
    this.last = undefined;
  }

  private read(): SteadyState | undefined {
    const row = this.db.prepare('SELECT value FROM meta WHERE key = ?').get(KEY);
    return row && (JSON.parse(String(row.value)) as SteadyState);
  }

  /**
   * A database that never remembered it: it was last used when its newest event arrived. Not when its events
   * happened: those may be of any time. Only of an event from before 1.2, of which nobody wrote down when it
   * arrived, that is all there is. Looked up once, before anything arrives: what does may come under a wrong clock.
   */
  private first(nowMs: number): SteadyState | undefined {
    this.begun ??= { newestMs: this.newestMs() };
    const { newestMs } = this.begun;
    return newestMs === null ? undefined : { believedMs: Math.min(nowMs, newestMs), jump: null };
  }

  private newestMs(): number | null {
    const newest = this.db
      .prepare(
        `SELECT max(ms) AS ms FROM (
           SELECT coalesce(received_ms, time_ms) AS ms
             FROM (SELECT received_ms, time_ms FROM events ORDER BY seq DESC LIMIT 1)
           UNION ALL SELECT max((SELECT max(time_ms) FROM events
               WHERE project_id = projects.id)) FROM projects
             WHERE (SELECT received_ms FROM events ORDER BY seq DESC LIMIT 1) IS NULL)`,
      )
      .get()?.ms;
    return newest == null ? null : Number(newest);
  }

  private write(state: SteadyState): Promise<void> {
    return this.commits.add(1, () => {
      this.db
        .prepare(
          'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
        )
        .run(KEY, JSON.stringify(state));
    });
  }
}
