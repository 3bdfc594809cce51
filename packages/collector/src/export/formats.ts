// The formats of an export: what each is called, and how pages of events become its bytes.

import { csvLine } from '../../../schema/src/csv.ts';
import type { Event } from '../event.ts';
import { EXPORT_COLUMNS } from './columns.ts';
import { partitions } from './parquet.ts';
import { exported } from './rows.ts';
import { tar } from './tar.ts';

/** Pages of events in the order of their time. */
export type Pages = AsyncIterable<readonly Event[]>;

async function* ndjson(pages: Pages): AsyncGenerator<Buffer> {
  for await (const page of pages) {
    yield Buffer.from(page.map((event) => `${JSON.stringify(exported(event))}\n`).join(''));
  }
}

const csvValue = (value: unknown) => (value instanceof Date ? value.toISOString() : value);
const csvValues = (event: Event) => EXPORT_COLUMNS.map(({ valueIn }) => csvValue(valueIn(event)));

async function* csv(pages: Pages): AsyncGenerator<Buffer> {
  yield Buffer.from(csvLine(EXPORT_COLUMNS.map(({ name }) => name)));
  for await (const page of pages) {
    yield Buffer.from(page.map((event) => csvLine(csvValues(event))).join(''));
  }
}

export const EXPORT_FORMATS = {
  ndjson: { type: 'application/x-ndjson', name: 'events.ndjson', write: ndjson },
  csv: { type: 'text/csv; charset=utf-8', name: 'events.csv', write: csv },
  parquet: {
    type: 'application/x-tar',
    name: 'events-parquet.tar',
    write: (pages: Pages) => tar(partitions(pages)),
  },
} as const;

export type ExportFormat = keyof typeof EXPORT_FORMATS;
