// The columns of an event, one entry each. To add one, add its entry, and nothing else.
//
// Made of this list: the table and its INSERT, what is taken out of an event's properties, CSV and
// Parquet, the JSON Schema, what is counted and published, the live feed, and the labels of the
// dashboard. Exports promise never to move a column: add entries at the end, with `since`.

/** What a project is about. It decides which columns its events have. */
export const KINDS = ['cli', 'installs', 'agents', 'web', 'product'] as const;
export type Kind = (typeof KINDS)[number];

/** text: up to 128 characters. flag: true or false. count: a whole number, not negative. */
export type ColumnType = 'text' | 'flag' | 'count';

/** That summaries break events down by a column, and how. */
export interface Breakdown {
  /** The number of the dimension in the store: never reuse one. 1 is the event's name, 12 was used. */
  readonly dimension: number;
  /** What its list is called in a summary. */
  readonly list: string;
  /** What is counted: events by value, events by value and event name, or by a rule of its own. */
  readonly by: 'value' | 'value and event' | 'own rule';
  /** Whether it may be published, where enough ids stand behind each value. */
  readonly published?: true;
}

export interface Column {
  /** What it is called in tables. */
  readonly name: string;
  /** The property that it holds: moved here from an event's properties, and joined to them again. */
  readonly property: string;
  /**
   * Other libraries' names for the property, besides it in camel case. Such a property fills the column,
   * and stays a property as well.
   */
  readonly aliases?: readonly string[];
  readonly type: ColumnType;
  /** The kinds of project whose events have it. */
  readonly kinds: readonly Kind[];
  readonly breakdown?: Breakdown;
  /** The version that added it, if that was after 1.0: in exports it stands behind what was there. */
  readonly since?: string;
  /** Whether the live feed tells it. */
  readonly live?: true;
  readonly label: string;
  readonly doc: string;
}

const DEFINED = [
  {
    name: 'service',
    property: 'service_name',
    type: 'text',
    kinds: ['cli'],
    breakdown: { dimension: 2, list: 'services', by: 'value and event', published: true },
    live: true,
    label: 'Services',
    doc: 'The service that was enabled, started, stopped and so on.',
  },
  {
    name: 'override',
    property: 'override_name',
    type: 'text',
    kinds: ['cli'],
    breakdown: { dimension: 3, list: 'overrides', by: 'value and event', published: true },
    live: true,
    label: 'Overrides',
    doc: 'The override that was enabled or disabled.',
  },
  {
    name: 'command',
    property: 'command',
    type: 'text',
    kinds: ['cli', 'agents'],
    breakdown: { dimension: 4, list: 'commands', by: 'own rule', published: true },
    live: true,
    label: 'Commands',
    doc: 'The command that ran.',
  },
  {
    name: 'success',
    property: 'success',
    type: 'flag',
    kinds: ['cli', 'agents'],
    live: true,
    label: 'Succeeded',
    doc: 'Whether it succeeded. Missing when it was interrupted.',
  },
  {
    name: 'duration_ms',
    property: 'duration_ms',
    type: 'count',
    kinds: ['cli', 'installs', 'agents'],
    breakdown: { dimension: 6, list: 'durations', by: 'own rule' },
    live: true,
    label: 'Duration',
    doc: 'How long it took, in milliseconds.',
  },
  {
    name: 'error_type',
    property: 'error_type',
    type: 'text',
    kinds: ['cli', 'installs', 'agents'],
    breakdown: { dimension: 5, list: 'errors', by: 'own rule', published: true },
    live: true,
    label: 'Errors',
    doc: 'How it failed: a word of a closed set, never a message.',
  },
  {
    name: 'has_scaffold',
    property: 'has_scaffold',
    type: 'flag',
    kinds: ['cli'],
    breakdown: { dimension: 13, list: 'scaffold', by: 'value' },
    label: 'With a scaffold',
    doc: 'Whether the project ships a scaffold for the service.',
  },
  {
    name: 'os',
    property: 'os',
    aliases: ['$os'],
    type: 'text',
    kinds: ['cli', 'installs', 'agents', 'web', 'product'],
    breakdown: { dimension: 7, list: 'os', by: 'value', published: true },
    label: 'Operating systems',
    doc: 'The operating system.',
  },
  {
    name: 'node',
    property: 'node_version',
    type: 'text',
    kinds: ['cli', 'installs', 'agents'],
    breakdown: { dimension: 8, list: 'node', by: 'value', published: true },
    label: 'Versions of Node',
    doc: 'The version of Node.',
  },
  {
    name: 'package_manager',
    property: 'package_manager',
    type: 'text',
    kinds: ['cli', 'installs'],
    breakdown: { dimension: 9, list: 'package_manager', by: 'value', published: true },
    label: 'Package managers',
    doc: 'The package manager that ran the installer.',
  },
  {
    name: 'version',
    property: 'shim_version',
    type: 'text',
    kinds: ['cli', 'agents'],
    breakdown: { dimension: 10, list: 'version', by: 'value', published: true },
    label: 'Versions of the shim',
    doc: 'The version of the tool that recorded the event.',
  },
  {
    name: 'ci',
    property: 'ci',
    type: 'flag',
    kinds: ['cli', 'installs', 'agents'],
    breakdown: { dimension: 11, list: 'ci', by: 'value' },
    label: 'In CI',
    doc: 'Whether it ran in CI.',
  },
] as const satisfies readonly Column[];

type Defined = (typeof DEFINED)[number];

/** Every column there is. */
export const COLUMNS: readonly Column[] = DEFINED;

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

/** The names that fill a column: its property, that in camel case, and what others call it. */
export const namesOf = ({ property, aliases = [] }: Column): readonly string[] => [
  ...new Set([property, camel(property), ...aliases]),
];

/** What every event has beside its properties, in the order of every export. */
export const ENVELOPE = ['uuid', 'event', 'distinct_id', 'timestamp'] as const;
