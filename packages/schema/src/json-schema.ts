// The JSON Schema of an event, as it is sent and as an export gives it back: docs/event.schema.json.

import { COLUMNS, type Column, type ENVELOPE, namesOf } from './columns.ts';
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

function propertyOf(column: Column): object {
  const [, ...others] = namesOf(column);
  return {
    ...TYPES[column.type],
    description: column.doc,
    'x-kinds': column.kinds,
    ...(others.length > 0 && { 'x-also': others }),
  };
}

/** The schema. A property that is not in it, or does not fit it, is kept, and not counted. */
export const eventSchema = () => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'An event',
  type: 'object',
  required: ['event', 'distinct_id'],
  properties: {
    ...FIELDS,
    properties: {
      type: 'object',
      description:
        'Those named here have columns of their own; x-kinds: in which kinds of project; ' +
        'x-also: other names that are taken for it. Others are kept as they are.',
      properties: Object.fromEntries(
        COLUMNS.filter(({ from }) => !from).map((each) => [each.property, propertyOf(each)]),
      ),
    },
  },
});
