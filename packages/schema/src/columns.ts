// The columns of an event. To add one, add its entry to the file of its kind in columns/, and nothing else.
//
// Made of this list: the table and its INSERT, what is taken out of an event's properties, CSV and
// Parquet, the JSON Schema, what is counted and published, the live feed, and the labels of the
// dashboard. Exports promise never to move a column: an entry has the version that added it as its
// `since`, and stands behind those of older versions.

import { AGENTS } from './columns/agents.ts';
import { CLI } from './columns/cli.ts';
import type { Column, Kind } from './columns/column.ts';
import { INSTALLS } from './columns/installs.ts';
import { WEB } from './columns/web.ts';

export {
  type Breakdown,
  type Column,
  type ColumnType,
  KINDS,
  type Kind,
} from './columns/column.ts';

const DEFINED = [...CLI, ...INSTALLS, ...AGENTS, ...WEB] as const;

type Defined = (typeof DEFINED)[number];

/** Major and minor of a version, as one number that grows. */
const versionOf = ({ since = '1.0' }: Column): number => {
  const [major = 0, minor = 0] = since.split('.').map(Number);
  return major * 1_000 + minor;
};

/** Every column there is. */
export const COLUMNS: readonly Column[] = [...DEFINED].sort(
  (one, other) => versionOf(one) - versionOf(other),
);

export type ColumnName = Defined['name'];

type Camel<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Name;

interface ValueOf {
  readonly text: string;
  readonly flag: boolean;
  readonly count: number;
}

/** An event's values in columns: by the column's name in camel case; undefined where it has none. */
export type ColumnValues = {
  -readonly [Each in Defined as Camel<Each['name']>]?: ValueOf[Each['type']];
};

/** `package_manager` as `packageManager`. */
export const camel = (name: string): string =>
  name.replace(/_+([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());

/** Under which name an event has the value of a column. */
export const fieldOf = ({ name }: Column): keyof ColumnValues => camel(name) as keyof ColumnValues;

/** The names that fill a column: its property and what others call it, each also in camel case. */
export const namesOf = ({ property, aliases = [], from }: Column): readonly string[] =>
  from ? [] : [...new Set([property, ...aliases].flatMap((name) => [name, camel(name)]))];

/** The columns that events of a kind of project have. */
export const columnsOf = (kind: Kind): readonly Column[] =>
  COLUMNS.filter(({ kinds }) => kinds.includes(kind));

/** What every event has beside its properties, in the order of every export. */
export const ENVELOPE = ['uuid', 'event', 'distinct_id', 'timestamp'] as const;
