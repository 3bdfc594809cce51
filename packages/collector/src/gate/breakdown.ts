// Which properties become columns. What is moved into a column is not kept a second time.

import {
  COLUMNS,
  type ColumnType,
  type ColumnValues,
  fieldOf,
  namesOf,
} from '../../../schema/src/columns.ts';
import { COLUMN_CHARS } from '../limits.ts';

interface Target {
  readonly field: keyof ColumnValues;
  readonly type: ColumnType;
  /** False: another library's name for it. The property stays where it is as well. */
  readonly own: boolean;
}

/** Property → column. */
const TARGETS: ReadonlyMap<string, Target> = new Map(
  COLUMNS.flatMap((column) =>
    namesOf(column).map((name): [string, Target] => [
      name,
      { field: fieldOf(column), type: column.type, own: name === column.property },
    ]),
  ),
);

/** Instructions for a server about one event, not data: obeyed by never doing what they forbid. */
const INSTRUCTIONS = new Set(['$geoip_disable', '$process_person_profile', '$ignore_sent_at']);

/** Properties that repeat what is kept elsewhere. */
const REPEATED = new Set(['token', 'distinct_id', '$distinct_id']);

function fits(type: ColumnType, value: unknown): boolean {
  if (type === 'text') {
    return typeof value === 'string' && value.length > 0 && value.length <= COLUMN_CHARS;
  }
  if (type === 'flag') return typeof value === 'boolean';
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Splits properties into columns and the rest. */
export function split(properties: Record<string, unknown>): {
  columns: ColumnValues;
  rest: Record<string, unknown>;
} {
  const columns: Record<string, unknown> = {};
  const rest: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(properties)) {
    const value = properties[key];
    const found = TARGETS.get(key);
    if (found && fits(found.type, value) && (found.own || columns[found.field] === undefined)) {
      // Lone surrogates are no text that a database can hold.
      columns[found.field] = typeof value === 'string' ? value.toWellFormed() : value;
      if (found.own) continue;
    }
    if (!INSTRUCTIONS.has(key) && !REPEATED.has(key)) rest[key] = value;
  }
  return { columns: columns as ColumnValues, rest };
}

/** The properties that were moved into columns, under their own names. */
export function joined(event: ColumnValues): Record<string, unknown> {
  const properties: Record<string, unknown> = {};
  for (const [key, { field, own }] of TARGETS) {
    if (own && event[field] !== undefined) properties[key] = event[field];
  }
  return properties;
}
