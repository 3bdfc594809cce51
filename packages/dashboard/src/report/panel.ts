// A panel: one question, answered by a chart, by a table, and by a file for a spreadsheet.

import type { Unit } from '../format';

export type Colour = 'a' | 'b' | 'c' | 'd' | 'bad';

export interface Series {
  readonly name: string;
  readonly colour: Colour;
  readonly values: readonly (number | null)[];
}

export type Value = string | number | null;

export interface Panel {
  readonly id: string;
  readonly title: string;
  /** The question that it answers. */
  readonly question: string;
  /** time: along the days. rank: one bar for each name, the largest first. */
  readonly kind: 'time' | 'rank';
  readonly isStacked?: boolean;
  readonly isWide?: boolean;
  readonly unit: Unit;
  readonly labels: readonly string[];
  readonly series: readonly Series[];
  /** The table, which may say more than the chart. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Value[])[];
  /** Units of the table's columns; `count` where there is none. */
  readonly units?: readonly (Unit | undefined)[];
}

/** Bars in a chart; what comes after them is in the table. */
export const BARS = 12;

/** Every day of a range, both ends included. UTC, so that each has 24 hours. */
export function daysBetween(from: string, to: string): string[] {
  const days: string[] = [];
  const end = Date.parse(`${to}T00:00Z`);
  for (let at = Date.parse(`${from}T00:00Z`); at <= end; at += 86_400_000) {
    days.push(new Date(at).toISOString().slice(0, 10));
  }
  return days;
}
