// What a column is: what its entry says, and for whom.

import type { ValueRule } from '../values.ts';

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
  /** What a list of its values answers, where "How many have which?" is not it. */
  readonly question?: string;
  readonly doc: string;
}
