// Publishes what is due: each month of each project that is published, once. It needs a warehouse that has
// everything; until then, and when something fails, it tries again.

import type { Project } from '../event.ts';
import { PUBLIC_AGAIN_MS, PUBLIC_LOOK_MS } from '../limits.ts';
import type { Store } from '../store/store.ts';
import type { Keeper } from '../warehouse/keeper.ts';
import { WarehouseUnavailable } from '../warehouse/warehouse.ts';
import { countIds } from './counting.ts';
import { publish } from './figures.ts';
import { wholeMonths } from './months.ts';

export interface PublishParts {
  readonly store: Pick<Store, 'projects' | 'published' | 'steadyMs'>;
  readonly keeper: Pick<Keeper, 'query' | 'isCurrent'>;
  readonly clock: () => number;
  readonly onError: (message: string) => void;
}

export class PublishJob {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private isStopped = false;
  private lastError: string | undefined;
  /** Of each project, the months of which nothing could be said, and when that was. */
  private readonly empty = new Map<number, Map<string, number>>();

  constructor(private readonly parts: PublishParts) {}

  /** Looks now, and then every few seconds: it is nearly always nothing. */
  start(): void {
    const look = () => {
      this.running ??= this.look().finally(() => {
        this.running = undefined;
      });
    };
    look();
    this.timer = setInterval(look, PUBLIC_LOOK_MS);
  }

  /** Ends after the month that is under way. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** Publishes what is due. Never rejects. */
  async look(): Promise<void> {
    const { store, onError } = this.parts;
    try {
      for (const project of store.projects.list()) {
        if (store.published.has(project.id)) await this.publishMonths(project);
        // Who publishes it again wants to see now.
        else this.empty.delete(project.id);
      }
      this.lastError = undefined;
    } catch (error) {
      // Not now: the warehouse says itself what is the matter with it.
      if (this.isStopped || error instanceof WarehouseUnavailable) return;
      const message = error instanceof Error ? error.message : String(error);
      if (message !== this.lastError) onError(`published figures: ${message}; tried again`);
      this.lastError = message;
    }
  }

  private async publishMonths(project: Project): Promise<void> {
    const { store, keeper, clock } = this.parts;
    // A clock that is wrong would publish a month that goes on, for good.
    const nowMs = store.steadyMs(clock());
    const made = new Set(store.published.months(project.id).map(({ month }) => month));
    const [first = ''] = made;
    const empty = this.empty.get(project.id) ?? new Map<string, number>();
    this.empty.set(project.id, empty);
    for (const month of wholeMonths(nowMs, project.retentionDays)) {
      if (made.has(month.name) || month.name < first) continue;
      if (this.isStopped) return;
      const countedMs = empty.get(month.name) ?? Number.NEGATIVE_INFINITY;
      if (made.size === 0 && nowMs - countedMs < PUBLIC_AGAIN_MS) continue;
      if (!keeper.isCurrent()) throw new WarehouseUnavailable('it is behind');
      const exact = await countIds(
        async (question) => (await keeper.query(question)).answer,
        project,
        month,
      );
      const figures = publish(exact);
      // The first month is one of which something can be said.
      if (figures.ids === null && made.size === 0) {
        empty.set(month.name, nowMs);
        continue;
      }
      if (!keeper.isCurrent()) throw new WarehouseUnavailable('it fell behind');
      await store.published.freeze(project.id, { month: month.name, ...figures });
      made.add(month.name);
    }
  }
}
