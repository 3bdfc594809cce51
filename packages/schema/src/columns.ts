// The columns of an event, one entry each. To add one, add its entry, and nothing else.
//
// Made of this list: the table and its INSERT, what is taken out of an event's properties, CSV and
// Parquet, the JSON Schema, what is counted and published, the live feed, and the labels of the
// dashboard. Exports promise never to move a column: add entries at the end, with `since`.

import type { ValueRule } from './values.ts';

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
   * Other names of the property, each also meant in camel case. Such a property fills the column, and
   * stays a property as well.
   */
  readonly aliases?: readonly string[];
  /** The column that its value is made of, by the rule of `values`, if no property fills it. */
  readonly from?: string;
  readonly type: ColumnType;
  /**
   * How its values are written, for things that have many names: values.ts. What was sent in other
   * words stays a property as well.
   */
  readonly values?: ValueRule;
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
    kinds: ['cli', 'installs', 'agents'],
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
    values: 'os',
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
    values: 'tool',
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
  {
    name: 'template',
    property: 'template',
    aliases: ['template_name'],
    type: 'text',
    kinds: ['installs'],
    since: '1.2',
    breakdown: { dimension: 14, list: 'template', by: 'value', published: true },
    live: true,
    label: 'Templates',
    doc: 'The template that the installer made a project from.',
  },
  {
    name: 'stage',
    property: 'stage',
    type: 'text',
    kinds: ['installs'],
    since: '1.2',
    breakdown: { dimension: 15, list: 'stage', by: 'value' },
    live: true,
    label: 'Stages',
    doc: 'How far the installer was.',
  },
  {
    name: 'agent',
    property: 'agent',
    aliases: ['agent_name', 'agent_type'],
    type: 'text',
    kinds: ['agents'],
    since: '1.2',
    breakdown: { dimension: 16, list: 'agent', by: 'value' },
    live: true,
    label: 'Agents',
    doc: 'The agent that did it, by its name.',
  },
  {
    name: 'node_major',
    property: 'node_major',
    from: 'node',
    type: 'text',
    values: 'major',
    kinds: ['cli', 'installs', 'agents'],
    since: '1.2',
    breakdown: { dimension: 17, list: 'node_major', by: 'value', published: true },
    label: 'Major versions of Node',
    doc: 'The first number of the version of Node.',
  },
  {
    name: 'page',
    property: '$pathname',
    type: 'text',
    kinds: ['web', 'product'],
    since: '1.2',
    label: 'Pages',
    doc: 'The path of the page, with what the site keeps of its query.',
  },
  {
    name: 'hostname',
    property: '$host',
    type: 'text',
    kinds: ['web', 'product'],
    since: '1.2',
    label: 'Hosts',
    doc: 'The host of the page.',
  },
  {
    name: 'referrer',
    property: '$referring_domain',
    type: 'text',
    kinds: ['web', 'product'],
    since: '1.2',
    label: 'Referrers',
    doc: 'The host of the page that led there; missing where nobody did, and within a site.',
  },
  {
    name: 'channel',
    property: '$channel',
    type: 'text',
    kinds: ['web', 'product'],
    since: '1.2',
    label: 'Channels',
    doc: 'How somebody came: a word of a closed set.',
  },
  {
    name: 'utm_source',
    property: 'utm_source',
    type: 'text',
    kinds: ['web', 'product'],
    since: '1.2',
    label: 'Campaign sources',
    doc: 'The source that the link names.',
  },
  {
    name: 'utm_medium',
    property: 'utm_medium',
    type: 'text',
    kinds: ['web', 'product'],
    since: '1.2',
    label: 'Campaign media',
    doc: 'The medium that the link names.',
  },
  {
    name: 'utm_campaign',
    property: 'utm_campaign',
    type: 'text',
    kinds: ['web', 'product'],
    since: '1.2',
    label: 'Campaigns',
    doc: 'The campaign that the link names.',
  },
  {
    name: 'utm_term',
    property: 'utm_term',
    type: 'text',
    kinds: ['web', 'product'],
    since: '1.2',
    label: 'Campaign terms',
    doc: 'The term that the link names.',
  },
  {
    name: 'utm_content',
    property: 'utm_content',
    type: 'text',
    kinds: ['web', 'product'],
    since: '1.2',
    label: 'Campaign contents',
    doc: 'The content that the link names.',
  },
  {
    name: 'browser',
    property: '$browser',
    type: 'text',
    kinds: ['web', 'product'],
    since: '1.2',
    label: 'Browsers',
    doc: 'The browser, without its version.',
  },
  {
    name: 'browser_version',
    property: '$browser_major',
    type: 'text',
    kinds: ['web', 'product'],
    since: '1.2',
    label: 'Versions of browsers',
    doc: 'The first number of the version of the browser.',
  },
  {
    name: 'device',
    property: '$device_type',
    type: 'text',
    kinds: ['web', 'product'],
    since: '1.2',
    label: 'Devices',
    doc: 'What kind of device it is: desktop, mobile, tablet.',
  },
  {
    name: 'country',
    property: '$country',
    type: 'text',
    kinds: ['web', 'product'],
    since: '1.2',
    label: 'Countries',
    doc: 'Two letters, as ISO 3166 has them.',
  },
  {
    name: 'language',
    property: '$browser_language',
    type: 'text',
    kinds: ['web', 'product'],
    since: '1.2',
    label: 'Languages',
    doc: 'The language of the browser.',
  },
  {
    name: 'screen',
    property: '$screen',
    type: 'text',
    kinds: ['web', 'product'],
    since: '1.2',
    label: 'Screens',
    doc: 'Width and height of the screen, in pixels.',
  },
  {
    name: 'engaged_ms',
    property: '$engaged_ms',
    type: 'count',
    kinds: ['web', 'product'],
    since: '1.2',
    label: 'Time on page',
    doc: 'How long the page was read, in milliseconds: visible and used.',
  },
  {
    name: 'visit',
    property: '$visit',
    type: 'count',
    kinds: ['web'],
    since: '1.2',
    label: 'Visits',
    doc: 'The visit that it belongs to, by its number: the store says so, not who sends it.',
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

/** The names that fill a column: its property and what others call it, each also in camel case. */
export const namesOf = ({ property, aliases = [], from }: Column): readonly string[] =>
  from ? [] : [...new Set([property, ...aliases].flatMap((name) => [name, camel(name)]))];

/** The columns that events of a kind of project have. */
export const columnsOf = (kind: Kind): readonly Column[] =>
  COLUMNS.filter(({ kinds }) => kinds.includes(kind));

/** What every event has beside its properties, in the order of every export. */
export const ENVELOPE = ['uuid', 'event', 'distinct_id', 'timestamp'] as const;
