// The columns of an export, the same in every format that has columns.

import {
  COLUMNS,
  type Column,
  type ColumnType,
  ENVELOPE,
  fieldOf,
} from '../../../schema/src/columns.ts';
import type { Event } from '../event.ts';
import { formatUuid } from '../gate/uuid.ts';

export interface ExportColumn {
  readonly name: string;
  readonly type: ColumnType | 'time';
  readonly valueIn: (event: Event) => string | number | boolean | Date | undefined;
}

const ENVELOPE_VALUES = {
  uuid: ({ uuid }) => formatUuid(uuid),
  event: ({ name }) => name,
  distinct_id: ({ distinctId }) => distinctId,
  timestamp: ({ timeMs }) => new Date(timeMs),
} as const satisfies Record<(typeof ENVELOPE)[number], ExportColumn['valueIn']>;

function ofColumn(column: Column): ExportColumn {
  const field = fieldOf(column);
  return { name: column.property, type: column.type, valueIn: (event) => event[field] };
}

/** What every event has, a column each for what has one, and everything else as JSON. */
export const EXPORT_COLUMNS: readonly ExportColumn[] = [
  ...ENVELOPE.map((name) => ({
    name,
    type: name === 'timestamp' ? ('time' as const) : ('text' as const),
    valueIn: ENVELOPE_VALUES[name],
  })),
  ...COLUMNS.filter(({ since }) => !since).map(ofColumn),
  { name: 'properties', type: 'text', valueIn: ({ rest }) => rest },
  ...COLUMNS.filter(({ since }) => since).map(ofColumn),
];
