// Which columns an event has in a warehouse, and what may be asked about each. The list is given by
// whoever opens the warehouse: tables, inserts, filters and breakdowns are made from it, and no name
// that is not in it ever becomes part of a statement.

import { BUILT_IN, type FieldType } from '../../../schema/src/fields.ts';

/** A column of events. */
export interface Column {
  /** Letters, digits, underscores; none of the names in `BUILT_IN`. */
  readonly name: string;
  readonly type: FieldType;
  /** A text that is a JSON object: its properties can be asked about. One column at most. */
  readonly json?: boolean;
}

/** A boolean column of this name tells failures: `false` is one. */
export const SUCCESS = 'success';

const RESERVED = new Set([...BUILT_IN.map(({ name }) => name), 'project', 'seq', 'id']);

/** @throws when a list of columns cannot be a table. */
export function checkColumns(columns: readonly Column[]): void {
  const seen = new Set(RESERVED);
  for (const { name, type, json } of columns) {
    if (!/^[a-z][a-z0-9_]{0,62}$/i.test(name)) throw new Error(`no name for a column: ${name}`);
    if (seen.has(name.toLowerCase())) throw new Error(`the column ${name} is there twice`);
    if (json && type !== 'text') throw new Error(`the column ${name} holds JSON, so it is text`);
    seen.add(name.toLowerCase());
  }
  if (columns.filter(({ json }) => json).length > 1) {
    throw new Error('one column of JSON at most');
  }
}

/** The column of this name, built in or given. */
export function columnOf(columns: readonly Column[], name: string): Column | undefined {
  return (
    BUILT_IN.find((column) => column.name === name) ??
    columns.find((column) => column.name === name)
  );
}
