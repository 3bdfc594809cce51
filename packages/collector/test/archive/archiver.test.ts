// The archiver: every event of a finished hour is in the archive once, whatever dies while it is written,
// and the same events give the same bytes.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Archive } from '../../src/archive/archive.ts';
import { archiveFinished } from '../../src/archive/archiver.ts';
import { FolderArchive } from '../../src/archive/folder.ts';
import { positionOf } from '../../src/archive/manifest.ts';
import { rowsOf } from '../../src/archive/reading.ts';
import type { ArchivedEvent } from '../../src/archive/row.ts';
import { closeOpened, Died, dying } from './support/dying.ts';
import {
  eventOf,
  filesOf,
  HOUR_MS,
  history,
  manifestsOf,
  rowsIn,
  START_MS,
  STORE,
  seeded,
  sourceOf,
} from './support/events.ts';

let folders: string[] = [];
const fresh = (): FolderArchive => {
  const folder = mkdtempSync(join(tmpdir(), 'archive-'));
  folders.push(folder);
  return new FolderArchive(folder);
};
let archive: FolderArchive;
beforeEach(() => {
  archive = fresh();
});
afterEach(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
  folders = [];
});

const LATER_MS = START_MS + 100 * HOUR_MS;
const seqsIn = async (of: Archive): Promise<number[]> =>
  (await rowsIn(of)).map(({ seq }) => Number(seq)).sort((a, b) => a - b);
const seqsOf = (rows: readonly ArchivedEvent[]): number[] => rows.map(({ seq }) => seq);

describe('an archiver', () => {
  it('writes the hours that are over, and the others when they are', async () => {
    const rows = history(1, 3_000, 3);
    const at = START_MS + 2 * HOUR_MS;
    // Ten minutes after an hour's end, not before.
    await archiveFinished(archive, sourceOf(rows), at + 9 * 60_000);
    const first = rows.filter(({ receivedMs }) => receivedMs! < START_MS + HOUR_MS);
    expect(await seqsIn(archive)).toEqual(seqsOf(first));
    await archiveFinished(archive, sourceOf(rows), at + 10 * 60_000);
    const second = rows.filter(({ receivedMs }) => receivedMs! < at);
    expect(await seqsIn(archive)).toEqual(seqsOf(second));
    const { rows: more } = await archiveFinished(archive, sourceOf(rows), at + 10 * 60_000);
    expect(more).toBe(0);
    const done = await archiveFinished(archive, sourceOf(rows), LATER_MS);
    expect(done.lastSeq).toBe(rows.at(-1)!.seq);
    expect(await seqsIn(archive)).toEqual(seqsOf(rows));
    expect(await positionOf(archive, STORE)).toBe(done.lastSeq);
  });

  it('puts parts where readers of partitions look, with rows, times and hashes in the manifest', async () => {
    await archiveFinished(archive, sourceOf(history(2, 500, 1)), LATER_MS);
    const [manifest, ...others] = await manifestsOf(archive);
    expect(others).toEqual([]);
    expect(manifest).toMatchObject({ version: 1, store: STORE, hour: '2026-01-31T09' });
    expect(Object.keys(manifest!.projects)).toEqual(['1', '2', '3']);
    const hashes = await filesOf(archive);
    for (const part of manifest!.parts) {
      expect(part.path).toMatch(
        new RegExp(
          `^project=${part.project}/year=2026/month=01/day=31/hour=09/part-${STORE}-\\d{15}\\.parquet$`,
        ),
      );
      expect(part.sha256).toBe(hashes[part.path]);
      const rows = (await rowsIn(archive)).filter(({ project }) => project === part.project);
      expect(part.rows).toBe(rows.length);
      const times = rows.map(({ timestamp }) => timestamp.toISOString()).sort();
      expect([part.first_time, part.last_time]).toEqual([times[0], times.at(-1)]);
    }
  });

  it('gives back every event as it was', async () => {
    const { success: _none, ...event } = eventOf(2, START_MS).event;
    const rows = [
      eventOf(1, START_MS),
      eventOf(2, START_MS + 1, { event: { ...event, rest: '{}', name: '💥 "\0' } }),
    ];
    await archiveFinished(archive, sourceOf(rows), LATER_MS);
    const [manifest] = await manifestsOf(archive);
    const back: ArchivedEvent[] = [];
    for await (const group of rowsOf(archive, manifest!.parts[0]!)) back.push(...group);
    expect(JSON.parse(JSON.stringify(back))).toEqual(JSON.parse(JSON.stringify(rows)));
  });

  it('makes the same bytes of the same events, in one go or hour by hour', async () => {
    const rows = history(3, 12_000, 4);
    await archiveFinished(archive, sourceOf(rows), LATER_MS);
    const other = fresh();
    for (let hour = 1; hour <= 5; hour++) {
      await archiveFinished(other, sourceOf(rows), START_MS + (hour + 0.2) * HOUR_MS);
    }
    expect(await filesOf(other)).toEqual(await filesOf(archive));
  });

  it('dies at any step and goes on: every event is there once, in the same bytes', async () => {
    const rows = history(4, 1_000, 3);
    await archiveFinished(archive, sourceOf(rows), LATER_MS);
    const whole = await filesOf(archive);
    const random = seeded(4);
    let deaths = 0;
    for (let round = 0; round < 12; round++) {
      const other = fresh();
      for (let step = Math.floor(random() * 40); ; step += Math.floor(random() * 40)) {
        const mortal = dying(other, step);
        const isOver = await archiveFinished(mortal, sourceOf(rows), LATER_MS).then(
          () => true,
          (error: unknown) => {
            expect(error).toBeInstanceOf(Died);
            deaths++;
            return false;
          },
        );
        if (isOver) break;
        await other.tidy();
        await closeOpened();
      }
      expect(await filesOf(other)).toEqual(whole);
    }
    expect(deaths).toBeGreaterThan(12);
  });

  it('is not led astray by clocks: a step ahead and back, requests that overtake each other', async () => {
    const minute = 60_000;
    const days = 400 * 24 * HOUR_MS;
    const at = [
      START_MS,
      START_MS + HOUR_MS,
      START_MS + HOUR_MS - 1_000, // overtaken at the turn of the hour: no part of its own
      START_MS + HOUR_MS + minute,
      START_MS + days, // a wrong clock
      START_MS + days + 1,
      START_MS + HOUR_MS + 2 * minute, // and back
      START_MS + 2 * HOUR_MS,
    ];
    const rows = at.map((receivedMs, index) => eventOf(index + 1, receivedMs));
    await archiveFinished(archive, sourceOf(rows), START_MS + 2 * HOUR_MS + 11 * minute);
    expect(await seqsIn(archive)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect((await manifestsOf(archive)).map(({ hour, parts }) => [hour, parts[0]!.rows])).toEqual([
      ['2026-01-31T09', 1],
      ['2026-01-31T10', 3],
      ['2027-03-07T09', 2],
      ['2026-01-31T10', 1],
    ]);
    await archiveFinished(archive, sourceOf(rows), LATER_MS);
    expect(await seqsIn(archive)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});
