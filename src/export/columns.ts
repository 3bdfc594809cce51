// The columns of an export: one order for every format. docs/record.md documents it.

import { ENVELOPE, COLUMNS as EVENT_COLUMNS } from '../../packages/schema/src/columns';
import { COMMON, EVENTS } from '../catalogue/catalogue';
import type { Entry } from '../record/read';

/** A value as JSON has it. */
export type Cell = string | number | boolean | null | Readonly<Record<string, unknown>>;

const ofCatalogue = new Set([
  ...Object.values(EVENTS).flatMap(({ properties }) => Object.keys(properties)),
  ...Object.keys(COMMON),
]);

const ofEvents = EVENT_COLUMNS.filter(({ property }) => ofCatalogue.has(property));

/** The properties that have a column: those of the catalogue, in the order of the collector's CSV. */
const PROPERTIES = ofEvents.filter(({ since }) => !since).map(({ property }) => property);
/** Those that came later, behind everything that was there. */
const LATER = ofEvents.filter(({ since }) => since).map(({ property }) => property);

/** Whatever else a record has is in `properties`, so that an export is complete. */
const REST = 'properties';
const OUTCOME = ['outcome', 'outcome_at', 'outcome_reason'] as const;

/** The names of the columns, in order. Columns are added at the end, never moved or removed. */
export const COLUMNS: readonly string[] = [...ENVELOPE, ...PROPERTIES, REST, ...OUTCOME, ...LATER];

const NAMED: ReadonlySet<string> = new Set([...PROPERTIES, ...LATER]);

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
  const cellOf = (name: string) => (Object.hasOwn(properties, name) ? properties[name]! : null);
  return [
    ...ENVELOPE.map((name) => record[name]),
    ...PROPERTIES.map(cellOf),
    restOf(properties),
    status.outcome,
    'at' in status ? status.at : null,
    'why' in status ? status.why : null,
    ...LATER.map(cellOf),
  ];
}
