// What of an event can be asked about: the fields that every event has, and the columns of its
// project's kind. Anything else that was sent is a property, and is named `prop.KEY`.

import { COLUMNS, type ColumnType, type Kind } from './columns.ts';

/** What a field holds. `time` is milliseconds since 1970. */
export type FieldType = 'text' | 'number' | 'boolean' | 'time';

/** A field that has a name of its own. */
export interface NamedField {
  readonly name: string;
  readonly type: FieldType;
  readonly label: string;
  readonly doc: string;
}

/** Fields that every event has, whatever its project. */
export const BUILT_IN: readonly NamedField[] = [
  { name: 'event', type: 'text', label: 'Events', doc: 'The name of the event.' },
  { name: 'distinct_id', type: 'text', label: 'Ids', doc: 'The anonymous id.' },
  { name: 'session', type: 'text', label: 'Sessions', doc: 'The session, where events have one.' },
  { name: 'time', type: 'time', label: 'Time', doc: 'When it happened.' },
];

/** What the store adds to every event. */
const ADDED: readonly NamedField[] = [
  { name: 'received_at', type: 'time', label: 'Received', doc: 'When it was stored.' },
];

const TYPES: Readonly<Record<ColumnType, FieldType>> = {
  text: 'text',
  flag: 'boolean',
  count: 'number',
};

/** The fields of the events of a kind of project; of all kinds, if none is given. */
export const fieldsOf = (kind?: Kind): readonly NamedField[] => [
  ...BUILT_IN,
  ...ADDED,
  ...COLUMNS.filter(({ kinds }) => kind === undefined || kinds.includes(kind)).map(
    ({ name, type, label, doc }) => ({ name, type: TYPES[type], label, doc }),
  ),
];
