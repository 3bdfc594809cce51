// Parquet, a file for each hour: `year=2026/month=01/day=31/hour=09/events-0.parquet`.

import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Event } from '../event.ts';
import { HOUR_MS } from '../limits.ts';
import { hourOf } from '../store/periods.ts';
import { EXPORT_COLUMNS } from './columns.ts';

/** Rows held in memory at once; a fuller hour gets several files. */
const FILE_ROWS = 20_000;

export interface PartitionFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/** Parquet files of events that come in the order of their time. */
export async function* partitions(
  pages: AsyncIterable<readonly Event[]>,
): AsyncGenerator<PartitionFile> {
  let hour = Number.NaN;
  let part = 0;
  let rows: Event[] = [];
  for await (const page of pages) {
    for (const event of page) {
      const next = hourOf(event.timeMs);
      if (next !== hour || rows.length === FILE_ROWS) {
        if (rows.length > 0) yield { path: pathOf(hour, part), bytes: fileOf(rows) };
        part = next === hour ? part + 1 : 0;
        hour = next;
        rows = [];
      }
      rows.push(event);
    }
  }
  if (rows.length > 0) yield { path: pathOf(hour, part), bytes: fileOf(rows) };
}

function pathOf(hour: number, part: number): string {
  const [year, month, day, ofDay] = new Date(hour * HOUR_MS).toISOString().split(/[-T:]/);
  return `year=${year}/month=${month}/day=${day}/hour=${ofDay}/events-${part}.parquet`;
}

const TYPES = { text: 'STRING', flag: 'BOOLEAN', count: 'INT64', time: 'TIMESTAMP' } as const;

function fileOf(rows: readonly Event[]): Buffer {
  const columnData = EXPORT_COLUMNS.map(({ name, type, valueIn }) => ({
    name,
    type: TYPES[type],
    nullable: true,
    data: rows.map((row) => {
      const value = valueIn(row);
      return (typeof value === 'number' ? BigInt(value) : value) ?? null;
    }),
  }));
  return Buffer.from(parquetWriteBuffer({ columnData }));
}
