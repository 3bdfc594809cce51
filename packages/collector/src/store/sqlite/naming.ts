// The table of who names whom: written with each event that names another id, looked up when that is forgotten.

import type { Event } from '../../event.ts';
import type { Reach } from '../erasures.ts';
import { type Ids, inJson, jsonWithoutIds, namedBy, withoutIds } from '../naming.ts';
import type { Database, Statement } from './database.ts';
import { EVENT_COLUMNS, eventOf } from './events.ts';

const CACHE_ENTRIES = 50_000;
/** Rows that one step looks through, and that one step changes. */
const LOOKED = 5_000;
const CHANGED = 500;
const TO_FILL = 'naming_to_fill';

export class Naming {
  private readonly put: Statement;
  private readonly whose: Statement;
  private readonly done: Statement;
  private readonly ofId: Statement;
  private readonly toFill: Statement;
  private readonly seen = new Set<string>();

  constructor(private readonly db: Database) {
    this.put = db.prepare(
      'INSERT INTO naming (project_id, named, id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.whose = db.prepare('SELECT id FROM naming WHERE project_id = ? AND named = ? LIMIT 1');
    this.done = db.prepare('DELETE FROM naming WHERE project_id = ? AND named = ? AND id = ?');
    // By the days on which the id was active: there is no index of events by id.
    this.ofId = db.prepare(
      `SELECT ${EVENT_COLUMNS} FROM events JOIN ids USING (id)
       WHERE events.project_id = ? AND time_ms >= ? AND time_ms < ? AND events.id = ?
         AND instr(rest, ?) > 0`,
    );
    this.toFill = db.prepare('SELECT value FROM meta WHERE key = ?');
  }

  /** Notes whom an event of an id names. Inside a transaction. */
  note(project: number, id: number, event: Event): void {
    for (const named of namedBy(event)) {
      const key = `${id} ${named}`;
      if (this.seen.has(key)) continue;
      if (this.seen.size >= CACHE_ENTRIES) this.seen.clear();
      this.seen.add(key);
      this.put.run(project, named, id);
    }
  }

  /** How many events of an older collector are still to be looked through, at most. */
  get left(): number {
    return Number(this.toFill.get(TO_FILL)?.value ?? 0);
  }

  /** Looks through older events, some of them. False: all were. Inside a transaction. */
  fill(): boolean {
    const { left } = this;
    if (left === 0) return false;
    const from = Math.max(0, left - LOOKED);
    const rows = this.db
      .prepare(
        `SELECT ${EVENT_COLUMNS}, events.id FROM events JOIN ids USING (id)
         WHERE seq > ? AND seq <= ? AND rest != '{}'`,
      )
      .all(from, left);
    for (const row of rows) {
      const event = eventOf(row);
      this.note(event.project, Number(row.id), event);
    }
    if (from > 0)
      this.db.prepare('UPDATE meta SET value = ? WHERE key = ?').run(String(from), TO_FILL);
    else this.db.prepare('DELETE FROM meta WHERE key = ?').run(TO_FILL);
    return from > 0;
  }

  /**
   * Gives `clean` some events of others that name an id, without what names it. False: there are none left.
   * Inside a transaction. `daysOf` says when an id was active, as spans of time.
   */
  clean(
    project: number,
    named: string,
    spansOf: (id: number) => Iterable<readonly [fromMs: number, toMs: number]>,
    clean: (old: ReturnType<typeof eventOf>, cleaned: Event, id: number) => void,
  ): boolean {
    const found = this.whose.get(project, named);
    if (!found) return false;
    const id = Number(found.id);
    const ids: Ids = new Map([[named, 'named']]);
    let left = CHANGED;
    for (const [fromMs, toMs] of spansOf(id)) {
      const text = inJson(named);
      for (const row of this.ofId.all(project, fromMs, toMs, id, text)) {
        const old = eventOf(row);
        const cleaned = withoutIds(old, ids);
        if (cleaned === old) continue;
        clean(old, cleaned, id);
        left--;
      }
      if (left <= 0) return true;
    }
    this.done.run(project, named, id);
    return true;
  }

  /** Drops what memory mirrors: after a deletion, and after a transaction that was undone. */
  reset(): void {
    this.seen.clear();
  }
}

/** Does the payload of a dead letter hold an id, as its own or as another's? */
export function isNamedIn(payload: string, distinctId: string, reach: Reach): boolean {
  if (!payload.includes(inJson(distinctId))) return false;
  const { distinctId: own } = JSON.parse(payload) as Record<string, unknown>;
  return (
    String(own) === distinctId ||
    jsonWithoutIds(payload, new Map([[distinctId, reach]])) !== payload
  );
}

/** Events that one look for an id goes through. */
export const LOOKED_AT_ONCE = 20_000;

/** The numbers of events of a project, after one and up to another, whose properties hold a text. */
export const eventsHolding = (
  db: Database,
  {
    project,
    text,
    afterSeq,
    toSeq,
  }: { project: number; text: string; afterSeq: number; toSeq: number },
): number[] =>
  db
    .prepare(
      'SELECT seq FROM events WHERE seq > ? AND seq <= ? AND project_id = ? AND instr(rest, ?) > 0',
    )
    .all(afterSeq, toSeq, project, text)
    .map(({ seq }) => Number(seq));
