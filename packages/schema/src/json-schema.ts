// The JSON Schema of an event, as it is sent and as an export gives it back: docs/event.schema.json for
// all kinds of project together, docs/schema/KIND.schema.json for each of those whose dialects are here.

import { COLUMNS, type Column, columnsOf, type ENVELOPE, type Kind, namesOf } from './columns.ts';
import { COLUMN_CHARS, DISTINCT_ID_CHARS, EVENT_NAME_CHARS } from './limits.ts';

const TYPES = {
  text: { type: 'string', minLength: 1, maxLength: COLUMN_CHARS },
  flag: { type: 'boolean' },
  count: { type: 'integer', minimum: 0 },
} as const;

const FIELDS = {
  uuid: {
    type: 'string',
    format: 'uuid',
    description:
      'Keeps an event that is sent twice from counting twice. Made, where it is missing.',
  },
  event: { type: 'string', minLength: 1, maxLength: EVENT_NAME_CHARS },
  distinct_id: {
    type: 'string',
    minLength: 1,
    maxLength: DISTINCT_ID_CHARS,
    description: 'The anonymous id. Never an address.',
  },
  timestamp: { type: 'string', format: 'date-time', description: 'When it happened.' },
} as const satisfies Record<(typeof ENVELOPE)[number], object>;

/** What an event of a kind of project is about; those that have a schema of their own. */
export const KINDS_WITH_SCHEMA = {
  cli: 'An event of a command-line tool: anonymous',
  installs: 'An event of an installer; the distinct_id is the installation',
  agents: 'An event of an agent',
} as const satisfies Partial<Record<Kind, string>>;

function propertyOf(column: Column, kind: Kind | undefined): object {
  const [, ...others] = namesOf(column);
  return {
    ...TYPES[column.type],
    description: column.doc,
    ...(kind === undefined && { 'x-kinds': column.kinds }),
    ...(others.length > 0 && { 'x-also': others }),
  };
}

/**
 * The schema, of one kind of project or of all. A property that is not in it, or does not fit it, is
 * kept, and not counted.
 */
export function eventSchema(kind?: keyof typeof KINDS_WITH_SCHEMA) {
  const columns = (kind === undefined ? COLUMNS : columnsOf(kind)).filter(({ from }) => !from);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: kind === undefined ? 'An event' : KINDS_WITH_SCHEMA[kind],
    type: 'object',
    required: ['event', 'distinct_id'],
    properties: {
      ...FIELDS,
      properties: {
        type: 'object',
        description: `Those named here have columns of their own; ${
          kind === undefined ? 'x-kinds: in which kinds of project; ' : ''
        }x-also: other names that are taken for it. Others are kept as they are.`,
        properties: Object.fromEntries(
          columns.map((each) => [each.property, propertyOf(each, kind)]),
        ),
      },
    },
  };
}
