// Rows of the table of rollups that have changed: gathered over a transaction, and written many at once.

import type { Database, Statement } from './database.ts';

/** 0 was hours, in 1.0: nobody read them. */
export const DAYS = 1;
export const MONTHS = 2;

/** A row, with what was counted for it since the last flush. */
export interface Cell {
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

/** Rows that one statement writes: calling one takes as long as writing a row. */
const TOGETHER = [32, 8, 1];

/** The cells that have changed since the last flush. */
export class ChangedCells {
  private readonly adding: readonly (readonly [size: number, add: Statement])[];
  private readonly prune: Statement;
  private changed: Cell[] = [];

  constructor(db: Database) {
    this.adding = TOGETHER.map((size) => {
      const rows = new Array<string>(size).fill('(?, ?, ?, ?, ?, ?, ?, ?)').join(', ');
      const add = db.prepare(
        `INSERT INTO rollups (project_id, dimension, grain, start, value, sub, n, failed) VALUES ${rows}
         ON CONFLICT DO UPDATE SET n = n + excluded.n, failed = failed + excluded.failed`,
      );
      return [size, add];
    });
    this.prune = db.prepare(
      `DELETE FROM rollups WHERE project_id = ? AND dimension = ? AND grain = ? AND start = ?
       AND value = ? AND sub = ? AND n <= 0`,
    );
  }

  /** Counts for a cell: both may be negative. */
  add(cell: Cell, n: number, failed: number): void {
    cell.n += n;
    cell.failed += failed;
    if (cell.isChanged) return;
    cell.isChanged = true;
    this.changed.push(cell);
  }

  /** Writes what was counted, for days and for their months. */
  flush(): void {
    const { changed } = this;
    // Months come to the end of the list meanwhile.
    for (const { month, n, failed } of changed) if (month) this.add(month, n, failed);
    let at = 0;
    for (const [size, add] of this.adding) {
      for (; at + size <= changed.length; at += size) add.run(valuesOf(changed, at, at + size));
    }
    for (const cell of changed) {
      if (cell.n <= 0) this.pruneOne(cell);
      cell.n = 0;
      cell.failed = 0;
      cell.isChanged = false;
    }
    this.changed = [];
  }

  /** Drops what was counted since the last flush; the cells themselves must be dropped, too. */
  drop(): void {
    this.changed = [];
  }

  private pruneOne({ project, dimension, grain, start, value, sub }: Cell): void {
    this.prune.run(project, dimension, grain, start, value, sub);
  }
}

function valuesOf(cells: readonly Cell[], from: number, to: number): number[] {
  const values: number[] = [];
  for (let index = from; index < to; index++) {
    const { project, dimension, grain, start, value, sub, n, failed } = cells[index]!;
    values.push(project, dimension, grain, start, value, sub, n, failed);
  }
  return values;
}
