// What it takes to forget an id, in steps that may each be repeated: each is done by what it finds. All inside
// transactions. No event of the id is written meanwhile (closed.ts).

import { hintOf, jsonWithoutIds, NUL_IN_JSON } from '../naming.ts';
import type { Activity } from './activity.ts';
import type { Closed } from './closed.ts';
import { type Database, type Statement, textOf } from './database.ts';
import type { LetterTable } from './dead-letters.ts';
import type { WrittenId } from './erasure-table.ts';
import { EVENT_COLUMNS, eventOf } from './events.ts';
import { eraseMonth } from './inactive.ts';
import type { Writer } from './writer.ts';

/** What became of events that an id is in. */
export interface Looked {
  /** How many of each receipt are gone. */
  readonly gone: ReadonlyMap<string, number>;
  /** Those that have a new number, by the erasure that it was for. */
  readonly replaced: ReadonlyMap<WrittenId, readonly number[]>;
}

export class Forgetting {
  private readonly ofSeq: Statement;
  private readonly findId: Statement;
  private readonly months: Statement;
  private readonly someInstalls: Statement;
  private readonly writeInstall: Statement;
  private readonly someVisits: Statement;

  constructor(
    private readonly db: Database,
    private readonly writer: Writer,
    private readonly activity: Activity,
    private readonly letters: LetterTable,
    private readonly closed: Closed,
  ) {
    this.ofSeq = db.prepare(
      `SELECT ${EVENT_COLUMNS}, events.id FROM events JOIN ids USING (id) WHERE seq = ? AND 1 = ?`,
    );
    this.findId = db.prepare('SELECT id FROM ids WHERE project_id = ? AND distinct_id = ?');
    this.months = db.prepare('SELECT month, days FROM active WHERE id = ? ORDER BY month LIMIT ?');
    this.someInstalls = db.prepare(
      `SELECT CAST(installation_id AS BLOB) AS installation_id,
         instr(properties, ?) + instr(properties, '${NUL_IN_JSON}') > 0 AS holds,
         CAST(properties AS BLOB) AS properties
       FROM installs WHERE project_id = ? AND installation_id > ? ORDER BY installation_id LIMIT ?`,
    );
    this.writeInstall = db.prepare(
      'UPDATE installs SET properties = ? WHERE project_id = ? AND installation_id = ?',
    );
    this.someVisits = db.prepare(
      'DELETE FROM visits WHERE number IN (SELECT number FROM visits WHERE id = ? LIMIT ?)',
    );
  }

  /** Visits of the id, before its events: they would be counted anew with each that goes. How many it were. */
  visits({ project, distinctId }: WrittenId, limit: number): number {
    const id = this.numberOf(project, distinctId);
    return id === undefined ? 0 : this.someVisits.run(id, limit).changes;
  }

  /** Deletes those of these events that are of an id, and takes ids out of the others. */
  events(seqs: readonly number[], nowMs: number): Looked {
    const { writer, closed } = this;
    const gone = new Map<string, number>();
    const replaced = new Map<WrittenId, number[]>();
    for (const seq of seqs) {
      const row = this.ofSeq.get(seq, 1);
      if (!row) continue; // it was deleted meanwhile, or replaced
      const old = eventOf(row);
      const erasure = closed.erasureOf(old.project, old.distinctId);
      if (erasure) {
        writer.remove(old);
        gone.set(erasure.receipt, (gone.get(erasure.receipt) ?? 0) + 1);
        continue;
      }
      const held = closed.heldIn(old.project, old.rest);
      if (held.length === 0) continue;
      const rest = closed.admitJson(old.project, old.rest);
      writer.replace(old, { ...old, rest }, Number(row.id), nowMs);
      for (const each of held) replaced.set(each, [...(replaced.get(each) ?? []), seq]);
    }
    return { gone, replaced };
  }

  /** Takes the id out of the active ids of some months, the earliest first. How many it were. */
  activeMonths({ project, distinctId }: WrittenId, limit: number): number {
    const id = this.numberOf(project, distinctId);
    const months = id === undefined ? [] : this.months.all(id, limit);
    // Only what mirrors the table: counts of others wait in the same transaction.
    if (months.length > 0) this.activity.reset();
    for (const { month, days } of months) {
      eraseMonth(this.db, project, id!, Number(month), Number(days));
    }
    return months.length;
  }

  /** Looks through some installations of others, after one. The last of them; undefined: there are no more. */
  installs(
    { project, distinctId, reach }: WrittenId,
    after: string,
    limit: number,
  ): string | undefined {
    const page = this.someInstalls.all(hintOf(distinctId), project, after, limit);
    const ids = new Map([[distinctId, reach]]);
    for (const { installation_id, holds, properties } of page) {
      const whose = textOf(installation_id);
      if (!holds || whose === distinctId) continue;
      this.writeInstall.run(jsonWithoutIds(textOf(properties), ids), project, whose);
    }
    return page.length < limit ? undefined : textOf(page.at(-1)!.installation_id);
  }

  /** Looks through some dead letters, after one. */
  deadLetters({ project, distinctId, reach }: WrittenId, after: number, limit: number) {
    return this.letters.naming(project, { distinctId, reach }, after, limit);
  }

  /** Last: the id itself, and its installation. How many installations it were. */
  end({ project, distinctId }: WrittenId): number {
    const id = this.numberOf(project, distinctId);
    if (id !== undefined) {
      this.activity.reset();
      this.db.prepare('DELETE FROM ids WHERE id = ? AND 1 = ?').run(id, 1);
    }
    return this.db
      .prepare('DELETE FROM installs WHERE project_id = ? AND installation_id = ?')
      .run(project, distinctId).changes;
  }

  private numberOf(project: number, distinctId: string): number | undefined {
    const row = this.findId.get(project, distinctId);
    return row && Number(row.id);
  }
}

/** Ids that are looked for, and in which events. */
export interface Look {
  readonly ids: readonly { readonly project: number; readonly distinctId: string }[];
  readonly afterSeq: number;
  readonly toSeq: number;
}

/** The numbers of events that are of one of the ids, or whose properties may name it. */
export function eventsConcerning(db: Database, { ids, afterSeq, toSeq }: Look): number[] {
  const findId = db.prepare('SELECT id FROM ids WHERE project_id = ? AND distinct_id = ?');
  const values = ids.flatMap(({ project, distinctId }) => [
    project,
    Number(findId.get(project, distinctId)?.id ?? -1),
    hintOf(distinctId),
  ]);
  const one = '(project_id = ? AND (id = ? OR instr(rest, ?) > 0))';
  return db
    .prepare(
      `SELECT seq FROM events WHERE seq > ? AND seq <= ? AND (${ids.map(() => one).join(' OR ')}
         OR instr(rest, '${NUL_IN_JSON}') > 0)
       ORDER BY seq`,
    )
    .all(afterSeq, toSeq, ...values)
    .map(({ seq }) => Number(seq));
}
