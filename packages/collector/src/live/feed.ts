// The live feed: new events to whoever watches, a few times a second, never at their expense.

import { fieldOf } from '../../../schema/src/columns.ts';
import { LIVE_COLUMNS, type LiveEvent } from '../../../schema/src/live.ts';
import type { Event, Project } from '../event.ts';

const FLUSH_MS = 200;
/** Events in one message; of a burst, the newest are shown and the rest are counted. */
const MESSAGE_EVENTS = 50;
/** A watcher that does not read is skipped, then let go. */
const BUFFER_BYTES = 1024 * 1024;

/** What the feed needs of a WebSocket. */
export interface Watcher {
  readonly bufferedAmount: number;
  send(text: string): void;
  close(): void;
}

const TOLD = LIVE_COLUMNS.map((column) => [column.name, fieldOf(column)] as const);

const shown = (project: number, event: Event): LiveEvent => ({
  project,
  event: event.name,
  time: new Date(event.timeMs).toISOString(),
  ...Object.fromEntries(TOLD.map(([name, field]) => [name, event[field]])),
});

export class Feed {
  /** Who watches, and in which session: it ends with it. */
  private readonly watchers = new Map<Watcher, string | undefined>();
  private pending: { project: number; event: Event }[] = [];
  private more = 0;
  private timer: NodeJS.Timeout | undefined;

  add(watcher: Watcher, session?: string): void {
    this.watchers.set(watcher, session);
  }

  /** A session was ended: nobody watches in it any more. */
  endSession(ended: string): void {
    for (const [watcher, session] of this.watchers) {
      if (session !== ended) continue;
      this.watchers.delete(watcher);
      watcher.close();
    }
  }

  remove(watcher: Watcher): void {
    this.watchers.delete(watcher);
  }

  /** Tells of events that are on disk. Costs nothing when nobody watches. */
  announce(project: Project, events: readonly Event[]): void {
    if (this.watchers.size === 0) return;
    const shown = events.slice(-MESSAGE_EVENTS);
    this.more += events.length - shown.length;
    for (const event of shown) this.pending.push({ project: project.id, event });
    const extra = this.pending.length - MESSAGE_EVENTS;
    if (extra > 0) {
      this.pending.splice(0, extra);
      this.more += extra;
    }
    this.timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  close(): void {
    clearTimeout(this.timer);
    for (const watcher of this.watchers.keys()) watcher.close();
    this.watchers.clear();
  }

  private flush(): void {
    this.timer = undefined;
    const text = JSON.stringify({
      events: this.pending.map(({ project, event }) => shown(project, event)),
      more: this.more,
    });
    this.pending = [];
    this.more = 0;
    for (const watcher of this.watchers.keys()) {
      if (watcher.bufferedAmount > BUFFER_BYTES) {
        watcher.close();
        this.watchers.delete(watcher);
      } else {
        watcher.send(text);
      }
    }
  }
}
