// The live feed: new events to whoever watches, a few times a second, never at their expense.

import { fieldOf } from '../../../schema/src/columns.ts';
import { BEAT_MS, LIVE_COLUMNS, type LiveEvent } from '../../../schema/src/live.ts';
import type { Event, Project } from '../event.ts';

const FLUSH_MS = 200;
/** Events in one message; of a burst, the newest are shown and the rest are counted. */
const MESSAGE_EVENTS = 50;
/** A watcher that does not read is skipped, then let go. */
const BUFFER_BYTES = 1024 * 1024;
/** Says that the feed is still there. */
const BEAT = JSON.stringify({ events: [], more: 0 });

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

/** Who watches, and what ends it. */
export interface Watching {
  /** The session of a cookie. */
  readonly session?: string | undefined;
  /** The number of a token. */
  readonly token?: number | undefined;
  /** Sees this project alone; every one without. */
  readonly project?: number | undefined;
}

/** What waits to be told of one project. */
interface Pending {
  events: Event[];
  more: number;
}

export class Feed {
  private readonly watchers = new Map<Watcher, Watching>();
  private pending = new Map<number, Pending>();
  private timer: NodeJS.Timeout | undefined;
  private beats: NodeJS.Timeout | undefined;

  add(watcher: Watcher, watching: Watching = {}): void {
    this.watchers.set(watcher, watching);
    this.beats ??= setInterval(() => this.beat(), BEAT_MS).unref();
  }

  /** A session was ended, or a token revoked: nobody watches with it any more. */
  end(ended: { session: string } | { token: number }): void {
    for (const [watcher, { session, token }] of this.watchers) {
      const isEnded = 'session' in ended ? session === ended.session : token === ended.token;
      if (!isEnded) continue;
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
    const known = this.pending.get(project.id) ?? { events: [], more: 0 };
    this.pending.set(project.id, known);
    known.events.push(...events.slice(-MESSAGE_EVENTS));
    known.more += Math.max(0, events.length - MESSAGE_EVENTS);
    known.more += known.events.splice(0, known.events.length - MESSAGE_EVENTS).length;
    this.timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  close(): void {
    clearTimeout(this.timer);
    clearInterval(this.beats);
    for (const watcher of this.watchers.keys()) watcher.close();
    this.watchers.clear();
  }

  private beat(): void {
    this.tell(() => BEAT);
    if (this.watchers.size > 0) return;
    clearInterval(this.beats);
    this.beats = undefined;
  }

  private flush(): void {
    this.timer = undefined;
    const { pending } = this;
    this.pending = new Map();
    // One text for all who see the same.
    const texts = new Map<number | undefined, string | undefined>();
    this.tell((project) => {
      if (!texts.has(project)) texts.set(project, messageOf(pending, project));
      return texts.get(project);
    });
  }

  /** Tells each watcher what `textOf` says of its project; of all, where it sees every one. */
  private tell(textOf: (project: number | undefined) => string | undefined): void {
    for (const [watcher, { project }] of this.watchers) {
      if (watcher.bufferedAmount > BUFFER_BYTES) {
        watcher.close();
        this.watchers.delete(watcher);
        continue;
      }
      const text = textOf(project);
      if (text !== undefined) watcher.send(text);
    }
  }
}

/** What is told of a project, or of all; undefined: nothing. */
function messageOf(pending: ReadonlyMap<number, Pending>, only?: number): string | undefined {
  const told = [...pending].filter(([project]) => only === undefined || project === only);
  if (told.length === 0) return undefined;
  const events = told.flatMap(([project, { events }]) =>
    events.map((event) => shown(project, event)),
  );
  const more = told.reduce((sum, [, each]) => sum + each.more, 0);
  return JSON.stringify({
    events: events.slice(-MESSAGE_EVENTS),
    more: more + Math.max(0, events.length - MESSAGE_EVENTS),
  });
}
