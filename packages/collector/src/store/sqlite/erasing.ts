// What it takes to erase single events and whole projects, in steps that may each be repeated: each is done by
// what it finds. All inside transactions.

import { DAY_MS } from '../../limits.ts';
import { dayOf } from '../periods.ts';
import type { Activity } from './activity.ts';
import type { Database, Statement } from './database.ts';
import type { LetterTable } from './dead-letters.ts';
import { eventOf } from './events.ts';
import { leaveDay } from './inactive.ts';
import { selectEvents, type Writer } from './writer.ts';

/** What a step did. */
export interface Step {
  readonly isLast: boolean;
  /** Rows of any kind. */
  readonly rows: number;
  readonly events: number;
  readonly installs: number;
  readonly deadLetters: number;
}
const step = (isLast: boolean, done: Partial<Step> = {}): Step => ({
  rows: 0,
  events: 0,
  installs: 0,
  deadLetters: 0,
  ...done,
  isLast,
});

/** Whether the id of an event has another one on its day, as it was when that was looked for. */
export interface DaySeen {
  /** That one; null: there was none. */
  readonly another: number | null;
  /** The last event that was there. */
  readonly upToSeq: number;
}

/** Looks for it: through all events of that day, if need be. */
export function anotherOfDay(
  db: Database,
  { project, seq }: { project: number; seq: number },
): DaySeen {
  const upToSeq = Number(db.prepare('SELECT max(seq) AS seq FROM events').get()?.seq ?? 0);
  const row = db
    .prepare('SELECT time_ms, id FROM events WHERE seq = ? AND project_id = ?')
    .get(seq, project);
  if (!row) return { another: null, upToSeq };
  const fromMs = dayOf(Number(row.time_ms)) * DAY_MS;
  const found = db
    .prepare(
      `SELECT seq FROM events
       WHERE project_id = ? AND time_ms >= ? AND time_ms < ? AND id = ? AND seq != ? LIMIT 1`,
    )
    .get(project, fromMs, fromMs + DAY_MS, row.id!, seq);
  return { another: found ? Number(found.seq) : null, upToSeq };
}

export class Erasing {
  private readonly ofSeq: Statement;
  private readonly ownerOf: Statement;
  private readonly later: Statement;

  constructor(
    private readonly db: Database,
    private readonly writer: Writer,
    private readonly activity: Activity,
    private readonly letters: LetterTable,
  ) {
    this.ofSeq = selectEvents(db, 'seq = ? AND events.project_id = ?');
    this.ownerOf = db.prepare('SELECT id FROM events WHERE seq = ? AND project_id = ?');
    this.later = db.prepare(
      'SELECT 1 FROM events WHERE seq > ? AND id = ? AND time_ms >= ? AND time_ms < ? LIMIT 1',
    );
  }

  /**
   * Erases one event; where it was the only one of its id on a day, that day too. Not the last step: what was
   * seen is not so any more, look again.
   */
  event(project: number, seq: number, { another, upToSeq }: DaySeen): Step {
    const row = this.ofSeq.get(seq, project);
    if (!row) return step(true);
    const id = Number(this.ownerOf.get(seq, project)!.id);
    const event = eventOf(row);
    if (another !== null && Number(this.ownerOf.get(another, project)?.id) !== id) {
      return step(false);
    }
    const day = dayOf(event.timeMs);
    this.writer.remove(event);
    const isLeft =
      another !== null ||
      this.later.get(upToSeq, id, day * DAY_MS, (day + 1) * DAY_MS) !== undefined;
    if (!isLeft) {
      this.activity.reset();
      leaveDay(this.db, project, id, day);
    }
    return step(true, { rows: 1, events: 1 });
  }

  /** The next step of erasing a project: some of its rows. */
  project(project: number, limit: number): Step {
    this.activity.reset();
    this.writer.beforeDeleting();
    const events = this.db
      .prepare(
        `DELETE FROM events WHERE seq IN
         (SELECT seq FROM events INDEXED BY events_by_time
          WHERE project_id = ? ORDER BY time_ms LIMIT ?)`,
      )
      .run(project, limit).changes;
    if (events > 0) return step(false, { rows: events, events });
    for (const [table, key] of PROJECT_TABLES) {
      const { changes } = this.db
        .prepare(
          `DELETE FROM ${table} WHERE project_id = ?1 AND (${key}) IN
           (SELECT ${key} FROM ${table} WHERE project_id = ?1 LIMIT ?2)`,
        )
        .run(project, limit);
      if (changes === 0) continue;
      return step(false, {
        rows: changes,
        ...(table === 'installs' && { installs: changes }),
        ...(table === 'dead_letters' && { deadLetters: changes }),
      });
    }
    this.letters.recount();
    return step(true);
  }
}

/** What belongs to a project besides its events, and what tells its rows apart. Ids go last. */
const PROJECT_TABLES = [
  ['installs', 'installation_id'],
  ['dead_letters', 'id'],
  ['rollups', 'dimension, grain, start, value, sub'],
  ['dimension_values', 'id'],
  ['visits', 'number'],
  ['tokens', 'id'],
  ['active', 'month, id'],
  ['active_counts', 'kind, period'],
  ['public_projects', 'one'],
  ['public_months', 'month'],
  ['ids', 'id'],
] as const;
