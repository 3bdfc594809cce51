// Parquet, a file for each hour: `year=2026/month=01/day=31/hour=09/events-0.parquet`.

import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Event } from '../event.ts';
import { formatUuid } from '../gate/uuid.ts';
import { HOUR_MS } from '../limits.ts';
import { hourOf } from '../store/periods.ts';

/** Rows held in memory at once; a fuller hour gets several files. */
const FILE_ROWS = 20_000;

export interface PartitionFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/** Parquet files of events that come in the order of their time. */
export function* partitions(pages: Iterable<readonly Event[]>): Generator<PartitionFile> {
  let hour = Number.NaN;
  let part = 0;
  let rows: Event[] = [];
  for (const page of pages) {
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

type ColumnType = 'STRING' | 'BOOLEAN' | 'INT64' | 'TIMESTAMP';
const COLUMNS: readonly [name: string, type: ColumnType, value: (event: Event) => unknown][] = [
  ['uuid', 'STRING', ({ uuid }) => formatUuid(uuid)],
  ['event', 'STRING', ({ name }) => name],
  ['distinct_id', 'STRING', ({ distinctId }) => distinctId],
  ['timestamp', 'TIMESTAMP', ({ timeMs }) => new Date(timeMs)],
  ['service_name', 'STRING', ({ service }) => service],
  ['override_name', 'STRING', ({ override }) => override],
  ['command', 'STRING', ({ command }) => command],
  ['success', 'BOOLEAN', ({ success }) => success],
  [
    'duration_ms',
    'INT64',
    ({ durationMs }) => (durationMs === undefined ? undefined : BigInt(durationMs)),
  ],
  ['error_type', 'STRING', ({ errorType }) => errorType],
  ['has_scaffold', 'BOOLEAN', ({ hasScaffold }) => hasScaffold],
  ['os', 'STRING', ({ os }) => os],
  ['node_version', 'STRING', ({ node }) => node],
  ['package_manager', 'STRING', ({ packageManager }) => packageManager],
  ['shim_version', 'STRING', ({ version }) => version],
  ['ci', 'BOOLEAN', ({ ci }) => ci],
  ['properties', 'STRING', ({ rest }) => rest],
];

function fileOf(rows: readonly Event[]): Buffer {
  const columnData = COLUMNS.map(([name, type, value]) => ({
    name,
    type,
    nullable: true,
    data: rows.map((row) => value(row) ?? null),
  }));
  return Buffer.from(parquetWriteBuffer({ columnData }));
}
