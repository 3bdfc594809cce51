// Rollups: the counts of one transaction are gathered in memory and written once per key.
//
// They are fed only with events that were new (after de-duplication), and with sign -1 for those
// that are erased: counting and forgetting go through the same lines.

import type { Event } from '../../event.ts';
import { DIMENSION_VALUES } from '../../limits.ts';
import { dayOf, monthOfDay } from '../periods.ts';
import type { Database, Statement } from './database.ts';
import { countsOf, DIMENSION, durationOf, signatureOf } from './dimensions.ts';

export const OTHER = '(other)';
/** 0 was hours, in 1.0: nobody read them. */
const DAYS = 1;
const MONTHS = 2;

/** A row, with what was counted for it since the last flush. */
interface Cell {
  readonly project: number;
  readonly dimension: number;
  readonly grain: number;
  /** A day, or a month. */
  readonly start: number;
  readonly value: number;
  readonly sub: number;
  /** The same for the month of a day. */
  readonly month: Cell | undefined;
  n: number;
  failed: number;
  isChanged: boolean;
}

/** A cell that an event counts for, and whether it counts as failed there. */
type Counted = readonly [cell: Cell, failed: boolean];

/** Cells, and signatures of events, that are remembered; a longer signature is not. */
const CELLS = 20_000;
const SIGNATURES = 5_000;
const SIGNATURE_CHARS = 400;

/** The writer of rollups of one database connection. */
export class Rollups {
  private readonly find: Statement;
  private readonly insertValue: Statement;
  private readonly countValues: Statement;
  private readonly add: Statement;
  private readonly prune: Statement;
  private readonly valueIds = new Map<string, number>();
  private readonly valueCounts = new Map<string, number>();
  private cells = new Map<string, Cell>();
  private signatures = new Map<string, readonly Counted[]>();
  private changed: Cell[] = [];

  constructor(db: Database) {
    this.find = db.prepare(
      'SELECT id FROM dimension_values WHERE project_id = ? AND dimension = ? AND value = ?',
    );
    this.insertValue = db.prepare(
      'INSERT INTO dimension_values (project_id, dimension, value) VALUES (?, ?, ?)',
    );
    this.countValues = db.prepare(
      'SELECT count(*) AS n FROM dimension_values WHERE project_id = ? AND dimension = ?',
    );
    this.add = db.prepare(
      `INSERT INTO rollups (project_id, dimension, grain, start, value, sub, n, failed)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET n = n + excluded.n, failed = failed + excluded.failed`,
    );
    this.prune = db.prepare(
      `DELETE FROM rollups WHERE project_id = ? AND dimension = ? AND grain = ? AND start = ?
       AND value = ? AND sub = ? AND n <= 0`,
    );
  }

  /** Counts an event (or, with -1, takes it out again). Call `flush` in the same transaction. */
  count(project: number, event: Event, sign: 1 | -1 = 1): void {
    const day = dayOf(event.timeMs);
    const signature = `${project} ${day} ${signatureOf(event)}`;
    let counted = this.signatures.get(signature);
    if (!counted) {
      counted = this.countedFor(project, day, event);
      if (signature.length <= SIGNATURE_CHARS) this.signatures.set(signature, counted);
    }
    for (const [cell, failed] of counted) this.addTo(cell, sign, failed ? sign : 0);
    const duration = durationOf(event);
    if (!duration) return;
    const command = this.valueId(project, DIMENSION.duration, duration.command);
    const cell = this.cellOf(project, DIMENSION.duration, day, command, duration.bucket);
    this.addTo(cell, sign, event.success === false ? sign : 0);
  }

  /** Writes what was counted since the last flush. */
  flush(): void {
    const { changed } = this;
    // Months come to the end of the list meanwhile.
    for (const cell of changed) {
      const { month, n, failed } = cell;
      if (month) this.addTo(month, n, failed);
      this.write(cell);
      cell.n = 0;
      cell.failed = 0;
      cell.isChanged = false;
    }
    this.changed = [];
    // Not before: until they are written, there must not be two cells of one row.
    if (this.cells.size > CELLS || this.signatures.size > SIGNATURES) this.forgetCells();
  }

  /**
   * Drops what was counted since the last flush, and what memory mirrors: only for a transaction that
   * was undone. Others share it, and their counts are among these.
   */
  undo(): void {
    this.changed = [];
    this.forgetCells();
    this.valueIds.clear();
    this.valueCounts.clear();
  }

  private forgetCells(): void {
    this.cells = new Map();
    this.signatures = new Map();
  }

  private countedFor(project: number, day: number, event: Event): readonly Counted[] {
    const counted: Counted[] = [];
    countsOf(event, (dimension, value, sub, failed) => {
      const valueId = this.valueId(project, dimension, value);
      const subId = sub === 0 ? 0 : this.valueId(project, sub.dimension, sub.value);
      counted.push([this.cellOf(project, dimension, day, valueId, subId), failed]);
    });
    return counted;
  }

  private cellOf(
    project: number,
    dimension: number,
    start: number,
    value: number,
    sub: number,
    grain = DAYS,
  ): Cell {
    const key = `${project} ${dimension} ${grain} ${start} ${value} ${sub}`;
    let cell = this.cells.get(key);
    if (!cell) {
      const month =
        grain === DAYS
          ? this.cellOf(project, dimension, monthOfDay(start), value, sub, MONTHS)
          : undefined;
      const row = { project, dimension, grain, start, value, sub, month };
      cell = { ...row, n: 0, failed: 0, isChanged: false };
      this.cells.set(key, cell);
    }
    return cell;
  }

  private addTo(cell: Cell, n: number, failed: number): void {
    cell.n += n;
    cell.failed += failed;
    if (cell.isChanged) return;
    cell.isChanged = true;
    this.changed.push(cell);
  }

  private write({ project, dimension, grain, start, value, sub, n, failed }: Cell): void {
    this.add.run([project, dimension, grain, start, value, sub, n, failed]);
    if (n < 0) this.prune.run(project, dimension, grain, start, value, sub);
  }

  /** The number of a value; that of `(other)` once the dimension is full. */
  private valueId(project: number, dimension: number, value: string): number {
    const key = `${project} ${dimension} ${value}`;
    const known = this.valueIds.get(key);
    if (known !== undefined) return known;
    const id = this.lookUp(project, dimension, value);
    // Unlisted values would make this map as large as a client likes.
    if (this.valueIds.size > 20 * DIMENSION_VALUES) this.valueIds.clear();
    this.valueIds.set(key, id);
    return id;
  }

  private lookUp(project: number, dimension: number, value: string): number {
    const row = this.find.get(project, dimension, value);
    if (row) return Number(row.id);
    const countKey = `${project} ${dimension}`;
    let count = this.valueCounts.get(countKey);
    if (count === undefined) {
      count = Number(this.countValues.get(project, dimension)?.n ?? 0);
      this.valueCounts.set(countKey, count);
    }
    if (count >= DIMENSION_VALUES && value !== OTHER)
      return this.valueId(project, dimension, OTHER);
    this.valueCounts.set(countKey, count + 1);
    return this.insertValue.run(project, dimension, value).lastInsertRowid;
  }
}
