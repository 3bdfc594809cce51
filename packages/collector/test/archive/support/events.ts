// Events for tests of the archive: made from a seed, in the order of the store's numbers.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import type { Archive } from '../../../src/archive/archive.ts';
import type { Source } from '../../../src/archive/archiver.ts';
import { type Manifest, manifests } from '../../../src/archive/manifest.ts';
import type { ArchivedEvent } from '../../../src/archive/row.ts';

export const HOUR_MS = 3_600_000;
export const STORE = '0123abcd';
/** A whole hour. */
export const START_MS = Date.UTC(2026, 0, 31, 9);

/** The same numbers between 0 and 1 for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

export function eventOf(seq: number, receivedMs: number, extra: Partial<ArchivedEvent> = {}) {
  const uuid = createHash('sha256').update(`${seq}`).digest().subarray(0, 16);
  const row: ArchivedEvent = {
    seq,
    project: 1,
    receivedMs,
    event: {
      uuid,
      name: 'command_executed',
      distinctId: `id-${seq % 17}`,
      timeMs: receivedMs - (seq % 5) * 1000,
      rest: JSON.stringify({ n: seq, text: 'ä"\n' }),
      command: seq % 3 === 0 ? 'up' : 'down',
      success: seq % 4 !== 0,
      durationMs: seq % 1000,
    },
    ...extra,
  };
  return row;
}

/** Events of some hours, from a seed: projects mixed, numbers with holes. */
export function history(seed: number, count: number, hours: number): ArchivedEvent[] {
  const random = seeded(seed);
  let seq = 0;
  return Array.from({ length: count }, (_, index) => {
    seq += 1 + Math.floor(random() * 3);
    const receivedMs: number =
      START_MS + Math.floor(((index + random()) * hours * HOUR_MS) / count);
    return eventOf(seq, receivedMs, { project: 1 + Math.floor(random() * 3) });
  });
}

/** A store that has these events. */
export function sourceOf(rows: readonly ArchivedEvent[]): Source {
  return {
    store: STORE,
    async *eventsAfter(seq) {
      yield* rows.filter((row) => row.seq > seq);
    },
    project: (id) => ({ name: `project ${id}`, retention_days: 365 }),
  };
}

export async function manifestsOf(archive: Archive): Promise<Manifest[]> {
  const found: Manifest[] = [];
  for await (const manifest of manifests(archive)) found.push(manifest);
  return found;
}

/** Every file of an archive, by name, with a hash of its bytes. */
export async function filesOf(archive: Archive): Promise<Record<string, string>> {
  const { readFileSync } = await import('node:fs');
  const files: Record<string, string> = {};
  for await (const { path } of archive.list('')) {
    files[path] = createHash('sha256')
      .update(readFileSync(join(archive.place, path)))
      .digest('hex');
  }
  return files;
}

/** The rows of all parts that manifests name, as another reader of Parquet sees them. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
export async function rowsIn(archive: Archive): Promise<any[]> {
  const rows = [];
  for (const { parts } of await manifestsOf(archive)) {
    for (const { path, project } of parts) {
      const file = await asyncBufferFromFile(join(archive.place, path));
      for (const row of await parquetReadObjects({ file })) rows.push({ project, ...row });
    }
  }
  return rows;
}
