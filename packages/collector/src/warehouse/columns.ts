// Which columns an event has in a warehouse, and what may be asked about each. The list is given by
// whoever opens the warehouse: tables, inserts, filters and breakdowns are made from it, and no name
// that is not in it ever becomes part of a statement.

import type { Kind } from '../../../schema/src/columns.ts';
import { BUILT_IN, type FieldType, fieldsOf } from '../../../schema/src/fields.ts';

/** A column of events. */
export interface Column {
  /** Letters, digits, underscores; none of the names in `BUILT_IN`. */
  readonly name: string;
  readonly type: FieldType;
  /** A text that is a JSON object: its properties can be asked about. One column at most. */
  readonly json?: boolean;
}

/** What is no column of an event is in this one, as JSON. */
export const PROPERTIES = 'properties';

const builtIn = new Set(BUILT_IN.map(({ name }) => name));

/** The columns that can be asked about in a kind of project; of all kinds, those of the warehouse. */
export const columnsOf = (kind?: Kind): readonly Column[] => [
  ...fieldsOf(kind)
    .filter(({ name }) => !builtIn.has(name))
    .map(({ name, type }) => ({ name, type })),
  { name: PROPERTIES, type: 'text', json: true },
];

/** A boolean column of this name tells failures: `false` is one. */
export const SUCCESS = 'success';

const RESERVED = new Set([...BUILT_IN.map(({ name }) => name), 'project', 'seq', 'id', 'n']);

/** @throws when a list of columns cannot be a table. */
export function checkColumns(columns: readonly Column[]): void {
  const seen = new Set(RESERVED);
  for (const { name, type, json } of columns) {
    if (!/^[a-z][a-z0-9_]{0,62}$/i.test(name)) throw new Error(`no name for a column: ${name}`);
    if (/^lifted\d+$/i.test(name)) throw new Error(`the warehouse has columns such as ${name}`);
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
