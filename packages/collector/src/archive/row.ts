// An event as the archive has it, and the columns of a part: those of every export, with the store's
// number and the time of arrival before them.

import { COLUMNS, fieldOf } from '../../../schema/src/columns.ts';
import type { Event } from '../event.ts';
import { EXPORT_COLUMNS } from '../export/columns.ts';
import { parseUuid } from '../gate/uuid.ts';

/** An event of the store: numbers never repeat, and later ones have higher ones. */
export interface ArchivedEvent {
  readonly seq: number;
  readonly project: number;
  /** When it was taken, in milliseconds since 1970; null: nobody had noted it yet. */
  readonly receivedMs: number | null;
  readonly event: Event;
}

type Cell = string | number | bigint | boolean | Date | undefined | null;

interface PartColumn {
  readonly name: string;
  readonly type: 'STRING' | 'BOOLEAN' | 'INT64' | 'TIMESTAMP';
  readonly valueIn: (row: ArchivedEvent) => Cell;
}

const TYPES = { text: 'STRING', flag: 'BOOLEAN', count: 'INT64', time: 'TIMESTAMP' } as const;

/** The columns of a part, in their order. */
export const PART_COLUMNS: readonly PartColumn[] = [
  { name: 'seq', type: 'INT64', valueIn: ({ seq }) => seq },
  {
    name: 'received_at',
    type: 'TIMESTAMP',
    valueIn: ({ receivedMs }) => (receivedMs === null ? null : new Date(receivedMs)),
  },
  ...EXPORT_COLUMNS.filter(({ name }) => name !== 'received_at').map(({ name, type, valueIn }) => ({
    name,
    type: TYPES[type],
    valueIn: ({ event }: ArchivedEvent) => valueIn(event),
  })),
];

/** About what a row costs in memory, in bytes. */
export const sizeOf = ({ event }: ArchivedEvent): number => 400 + 2 * event.rest.length;

/** Rows as columns, for a writer of Parquet. */
export function columnsOf(rows: readonly ArchivedEvent[]) {
  return PART_COLUMNS.map(({ name, type, valueIn }) => ({
    name,
    type,
    nullable: true,
    data: rows.map((row) => {
      const value = valueIn(row);
      return (typeof value === 'number' ? BigInt(value) : value) ?? null;
    }),
  }));
}

/** A row of a part, as the event it was. @throws when it is none. */
export function rowOf(project: number, cells: Readonly<Record<string, unknown>>): ArchivedEvent {
  const uuid = typeof cells.uuid === 'string' ? parseUuid(cells.uuid) : undefined;
  const { event, distinct_id, timestamp, properties } = cells;
  if (
    !uuid ||
    typeof event !== 'string' ||
    typeof distinct_id !== 'string' ||
    !(timestamp instanceof Date)
  ) {
    throw new Error('a row is no event');
  }
  const values: Record<string, unknown> = {};
  for (const column of COLUMNS) {
    const value = cells[column.property] ?? undefined;
    if (value !== undefined) {
      values[fieldOf(column)] = typeof value === 'bigint' ? Number(value) : value;
    }
  }
  const received = cells.received_at;
  return {
    seq: Number(cells.seq ?? 0),
    project,
    receivedMs: received instanceof Date ? received.getTime() : null,
    event: {
      uuid,
      name: event,
      distinctId: distinct_id,
      timeMs: timestamp.getTime(),
      rest: typeof properties === 'string' ? properties : '{}',
      ...values,
    },
  };
}
