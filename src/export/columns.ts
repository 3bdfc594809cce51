// The columns of an export: one order for every format. docs/record.md documents it.

import type { Entry } from '../record/read';

/** A value as JSON has it. */
export type Cell = string | number | boolean | null | Readonly<Record<string, unknown>>;

/** What every event has, as fields of its own. */
const OWN = ['uuid', 'event', 'distinct_id', 'timestamp'] as const;

/** The properties that have a column: those of the catalogue, in the order of the collector's CSV. */
const PROPERTIES = [
  'service_name',
  'override_name',
  'command',
  'success',
  'duration_ms',
  'error_type',
  'has_scaffold',
  'shim_version',
  'ci',
] as const;

/** Whatever else a record has is in `properties`, so that an export is complete. */
const REST = 'properties';
const OUTCOME = ['outcome', 'outcome_at', 'outcome_reason'] as const;

/** The names of the columns, in order. Columns are added at the end, never moved or removed. */
export const COLUMNS: readonly string[] = [...OWN, ...PROPERTIES, REST, ...OUTCOME];

const NAMED: ReadonlySet<string> = new Set(PROPERTIES);

function restOf(properties: Readonly<Record<string, unknown>>): Cell {
  let rest: Record<string, unknown> | null = null;
  for (const name of Object.keys(properties)) {
    if (NAMED.has(name)) continue;
    rest ??= {};
    rest[name] = properties[name];
  }
  return rest;
}

/** The values of an entry, in the order of the columns. Null where it has none. */
export function cellsOf({ record, status }: Entry): Cell[] {
  const properties = record.properties as Readonly<Record<string, Cell>>;
  return [
    ...OWN.map((name) => record[name]),
    ...PROPERTIES.map((name) => (Object.hasOwn(properties, name) ? properties[name]! : null)),
    restOf(properties),
    status.outcome,
    'at' in status ? status.at : null,
    'why' in status ? status.why : null,
  ];
}
