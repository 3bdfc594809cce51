// The formats of an export: what comes before, for each entry, between, and after.

import { csvLine } from '../../packages/schema/src/csv';
import { type Cell, COLUMNS } from './columns';

/** A format, as text that is written piece by piece. */
export interface Format {
  readonly head: string;
  readonly line: (cells: readonly Cell[]) => string;
  readonly between: string;
  readonly tail: string;
}

const object = (cells: readonly Cell[]): string => {
  const pairs = cells.map((cell, index) => `"${COLUMNS[index]}":${JSON.stringify(cell)}`);
  return `{${pairs.join(',')}}`;
};

/** Every format, by its name. */
export const FORMATS = {
  json: { head: '[\n', line: object, between: ',\n', tail: '\n]\n' },
  csv: { head: csvLine(COLUMNS), line: csvLine, between: '', tail: '' },
  ndjson: { head: '', line: (cells) => `${object(cells)}\n`, between: '', tail: '' },
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;
