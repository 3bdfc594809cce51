// Rollups: the counts of one transaction are gathered in memory and written once per key.
//
// They are fed only with events that were new (after de-duplication), and with sign -1 for those
// that are erased: counting and forgetting go through the same lines.

import type { Event } from '../../event.ts';
import { DIMENSION_VALUES } from '../../limits.ts';
import { dayOf, monthOfDay } from '../periods.ts';
import { type Cell, ChangedCells, DAYS, MONTHS } from './cells.ts';
import type { Database, Statement } from './database.ts';
import { bucketOf, countsOf, DIMENSION, hasDuration, signatureOf } from './dimensions.ts';

export const OTHER = '(other)';

/** What events of one signature and day count for, and how many there were since the last flush. */
interface Counted {
  readonly cells: readonly (readonly [cell: Cell, failed: boolean])[];
  /** By bucket: how long they took. */
  readonly durations: Map<number, Cell>;
  n: number;
  isChanged: boolean;
}

/** Cells, and signatures of events, that are remembered; a longer signature is not. */
const CELLS = 20_000;
const SIGNATURES = 5_000;
const SIGNATURE_CHARS = 400;

/** The writer of rollups of one database connection. */
export class Rollups {
  private readonly find: Statement;
  private readonly insertValue: Statement;
  private readonly countValues: Statement;
  private readonly valueIds = new Map<string, number>();
  private readonly valueCounts = new Map<string, number>();
  private readonly changedCells: ChangedCells;
  private cells = new Map<string, Cell>();
  private signatures = new Map<string, Counted>();
  private changed: Counted[] = [];

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
    this.changedCells = new ChangedCells(db);
  }

  /** Counts an event (or, with -1, takes it out again). Call `flush` in the same transaction. */
  count(project: number, event: Event, sign: 1 | -1 = 1): void {
    const day = dayOf(event.timeMs);
    const signature = `${project} ${day} ${signatureOf(event)}`;
    let counted = this.signatures.get(signature);
    if (!counted) {
      const cells = this.cellsFor(project, day, event);
      counted = { cells, durations: new Map(), n: 0, isChanged: false };
      if (signature.length <= SIGNATURE_CHARS) this.signatures.set(signature, counted);
    }
    counted.n += sign;
    if (!counted.isChanged) {
      counted.isChanged = true;
      this.changed.push(counted);
    }
    if (!hasDuration(event)) return;
    const bucket = bucketOf(event.durationMs);
    let cell = counted.durations.get(bucket);
    if (!cell) {
      const command = this.valueId(project, DIMENSION.duration, event.command);
      cell = this.cellOf(project, DIMENSION.duration, day, command, bucket);
      counted.durations.set(bucket, cell);
    }
    this.changedCells.add(cell, sign, event.success === false ? sign : 0);
  }

  /** Writes what was counted since the last flush. */
  flush(): void {
    for (const counted of this.changed) {
      const { cells, n } = counted;
      for (const [cell, failed] of cells) this.changedCells.add(cell, n, failed ? n : 0);
      counted.n = 0;
      counted.isChanged = false;
    }
    this.changed = [];
    this.changedCells.flush();
    // Not before: until they are written, there must not be two cells of one row.
    if (this.cells.size > CELLS || this.signatures.size > SIGNATURES) this.forgetCells();
  }

  /**
   * Drops what was counted since the last flush, and what memory mirrors: only for a transaction that
   * was undone. Others share it, and their counts are among these.
   */
  undo(): void {
    this.changed = [];
    this.changedCells.drop();
    this.forgetCells();
    this.valueIds.clear();
    this.valueCounts.clear();
  }

  private forgetCells(): void {
    this.cells = new Map();
    this.signatures = new Map();
  }

  private cellsFor(project: number, day: number, event: Event): Counted['cells'] {
    const cells: [Cell, boolean][] = [];
    countsOf(event, (dimension, value, sub, failed) => {
      const valueId = this.valueId(project, dimension, value);
      const subId = sub === 0 ? 0 : this.valueId(project, sub.dimension, sub.value);
      cells.push([this.cellOf(project, dimension, day, valueId, subId), failed]);
    });
    return cells;
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
