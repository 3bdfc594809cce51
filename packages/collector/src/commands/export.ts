// `collector export`: raw events to the standard output, or as Parquet into a folder.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { defineCommand } from 'citty';
import { readConfig, UserError } from '../config.ts';
import { EXPORT_FORMATS, type ExportFormat } from '../export/formats.ts';
import { partitions } from '../export/parquet.ts';
import { selectionOf } from '../export/rows.ts';
import { openForReading } from '../store/open.ts';
import { parseDay } from '../store/periods.ts';
import type { StoreReader } from '../store/store.ts';

/** The project that an option names, by its number or its name; the first one without. @throws UserError */
export async function projectIdOf(store: StoreReader, key: string | undefined): Promise<number> {
  const projects = await store.projects();
  const found =
    key === undefined
      ? projects[0]
      : (projects.find(({ id }) => String(id) === key) ??
        projects.find(({ name }) => name === key));
  if (!found)
    throw new UserError(
      `there is no project ${key ?? 'yet'}: nothing was read. Projects have numbers and names; without --project it is the first one`,
    );
  return found.id;
}

function dayOption(name: string, text: string | undefined, fallback: number): number {
  const day = text === undefined ? fallback : parseDay(text);
  if (day === undefined)
    throw new UserError(`--${name} takes a day, such as 2026-01-31, not: ${text}`);
  return day;
}

export const exportEvents = defineCommand({
  meta: {
    name: 'export',
    description: 'Write raw events to the standard output. The collector may be running',
    examples: [
      'export > events.ndjson',
      'export --format csv --from 2026-01-01 --to 2026-03-31',
      'export --format parquet --out events',
    ],
  },
  args: {
    format: {
      type: 'string',
      default: 'ndjson',
      description: 'ndjson (without this option), csv or parquet',
    },
    project: { type: 'string', description: 'Its number or name; without, the first project' },
    from: { type: 'string', description: 'The first day, such as 2026-01-01' },
    to: { type: 'string', description: 'The last day' },
    out: {
      type: 'string',
      description: 'Parquet: the folder to write into; without, a tar is written',
    },
  },
  async run({ args }) {
    if (!Object.hasOwn(EXPORT_FORMATS, args.format)) {
      throw new UserError(
        `--format takes ${Object.keys(EXPORT_FORMATS).join(', ')}, not: ${args.format}`,
      );
    }
    const fromDay = dayOption('from', args.from, 0);
    const toDay = dayOption('to', args.to, 4_000_000);
    if (fromDay > toDay) {
      throw new UserError(
        `--from ${args.from} is after --to ${args.to}: nothing was written. Both days are included`,
      );
    }
    const store = await openForReading(readConfig(process.env));
    const project = await projectIdOf(store, args.project);
    const selection = selectionOf({ project, fromDay, toDay });
    if (args.format === 'parquet' && args.out !== undefined) {
      for await (const { path, bytes } of partitions(store.scan(selection))) {
        const file = join(args.out, path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, bytes);
      }
    } else {
      const format = EXPORT_FORMATS[args.format as ExportFormat];
      await pipeline(Readable.from(format.write(store.scan(selection))), process.stdout).catch(
        (error: { code?: string }) => {
          if (error.code !== 'EPIPE') throw error; // `| head` has seen enough
        },
      );
    }
    await store.close();
  },
});
