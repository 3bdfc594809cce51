// Which properties become columns. What is moved into a column is not kept a second time.

import {
  COLUMNS,
  type ColumnType,
  type ColumnValues,
  fieldOf,
  namesOf,
} from '../../../schema/src/columns.ts';
import { type ValueRule, written } from '../../../schema/src/values.ts';
import { COLUMN_CHARS } from '../limits.ts';
import { storable } from './text.ts';

interface Target {
  readonly field: keyof ColumnValues;
  readonly type: ColumnType;
  readonly values: ValueRule | undefined;
  /** False: another library's name for it. The property stays where it is as well. */
  readonly own: boolean;
}

/** Property → column. */
const TARGETS: ReadonlyMap<string, Target> = new Map(
  COLUMNS.flatMap((column) =>
    namesOf(column).map((name): [string, Target] => [
      name,
      {
        field: fieldOf(column),
        type: column.type,
        values: column.values,
        own: name === column.property,
      },
    ]),
  ),
);

/** Columns whose values have a rule. */
const RULED = [...TARGETS.values()].filter(({ own, values }) => own && values);

/** Columns that are made of another one. */
const DERIVED = COLUMNS.flatMap((column) => {
  const { from, values } = column;
  const source = COLUMNS.find(({ name }) => name === from);
  if (!source || !values) return [];
  return [{ field: fieldOf(column), source: fieldOf(source), values }];
});

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

/** A value as its column keeps it; undefined when there is none in it. */
function kept(value: unknown, values: ValueRule | undefined): unknown {
  if (typeof value !== 'string') return value;
  const text = storable(value);
  if (text === '') return undefined;
  return values ? written(values, text) : text;
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
      const text = kept(value, found.values);
      if (text !== undefined) columns[found.field] = text;
      // In other words than it was sent in: then it stays as it was, too.
      if (found.own && (!found.values || text === value)) continue;
    }
    if (!INSTRUCTIONS.has(key) && !REPEATED.has(key)) rest[key] = value;
  }
  return { columns: derived(columns as ColumnValues), rest };
}

/**
 * Values as they are written today, with those that are made of others: what an event that was stored
 * before there was a rule needs before it is compared with newer ones.
 */
export function settled<Values extends ColumnValues>(event: Values): Values {
  const changed: Record<string, unknown> = {};
  for (const { field, values } of RULED) {
    if (event[field] !== undefined) changed[field] = kept(event[field], values) ?? event[field];
  }
  return derived({ ...event, ...changed });
}

function derived<Values extends ColumnValues>(columns: Values): Values {
  const values = columns as Record<string, unknown>;
  for (const { field, source, values: rule } of DERIVED) {
    const value = values[source];
    const made = typeof value === 'string' ? written(rule, value) : undefined;
    if (made !== undefined) values[field] = made;
  }
  return columns;
}

/** An event's properties, as they were sent: what was moved into columns, and the rest. */
export function joined(event: ColumnValues & { readonly rest: string }): Record<string, unknown> {
  const properties: Record<string, unknown> = {};
  for (const [key, { field, own }] of TARGETS) {
    if (own && event[field] !== undefined) properties[key] = event[field];
  }
  // The rest is stronger: it has what a column has in other words.
  return { ...properties, ...(JSON.parse(event.rest) as Record<string, unknown>) };
}
