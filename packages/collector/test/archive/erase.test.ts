// What is erased from an archive is in no file of it any more, whatever dies meanwhile; all else stays.

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { archiveFinished } from '../../src/archive/archiver.ts';
import { type Cleaned, eraseFrom, expireBefore, type Order } from '../../src/archive/erase.ts';
import { FolderArchive } from '../../src/archive/folder.ts';
import { positionOf } from '../../src/archive/manifest.ts';
import type { ArchivedEvent } from '../../src/archive/row.ts';
import { verify } from '../../src/archive/verify.ts';
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

const LATER_MS = START_MS + 100 * HOUR_MS;
let folder: string;
let archive: FolderArchive;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'archive-'));
  archive = new FolderArchive(folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

const UNTIL = 1_000_000;
const idOf = (distinctId: string, project = 1, untilSeq = UNTIL): Order => ({
  erasure: { number: 1, untilSeq, what: 'id', project, distinctId, reach: 'anywhere' },
  projectName: `project ${project}`,
});
const projectOf = (project: number): Order => ({
  erasure: { number: 1, untilSeq: UNTIL, what: 'project', project },
  projectName: undefined,
});
const cleaned: Cleaned = (event, ids) =>
  [...ids.keys()].some((id) => event.rest.includes(id)) ? { ...event, rest: '{}' } : event;

const seqsLeft = async (): Promise<number[]> =>
  (await rowsIn(archive)).map(({ seq }) => Number(seq)).sort((a, b) => a - b);

/** Files that hold a text. Parquet's pages are compressed, so rows are looked at too. */
async function holding(text: string): Promise<string[]> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const raw = names.filter(
    (name) =>
      statSync(join(folder, name)).isFile() && readFileSync(join(folder, name)).includes(text),
  );
  const rows = (await rowsIn(archive)).filter(
    ({ distinct_id, properties }) => distinct_id === text || properties.includes(text),
  );
  return [...raw, ...rows.map(({ seq }) => `row ${seq}`)];
}

it('erases an id in a project, from rows of others too, and nothing else', async () => {
  const rows = history(5, 2_000, 3);
  rows.push(
    eventOf(90_000, LATER_MS, {
      event: { ...eventOf(90_000, LATER_MS).event, rest: '{"alias":"id-3"}' },
    }),
  );
  await archiveFinished(archive, sourceOf(rows), LATER_MS + 2 * HOUR_MS);
  const result = await eraseFrom(archive, STORE, [idOf('id-3')], cleaned);
  const mine = rows.filter(({ project, event }) => project === 1 && event.distinctId === 'id-3');
  expect(result.rows).toBe(mine.length);
  const left = await rowsIn(archive);
  expect(left.map(({ seq }) => Number(seq)).sort((a, b) => a - b)).toEqual(
    rows.filter((row) => !mine.includes(row)).map(({ seq }) => seq),
  );
  expect(
    left.filter(({ project, distinct_id }) => project === 1 && distinct_id === 'id-3'),
  ).toEqual([]);
  expect(left.find(({ seq }) => Number(seq) === 90_000).properties).toBe('{}');
  expect((await verify(archive)).faults).toEqual([]);
  expect((await verify(archive)).unnamed).toBe(0);
  const files = await filesOf(archive);
  expect(await eraseFrom(archive, STORE, [idOf('id-3')], cleaned)).toEqual({ rows: 0, parts: 0 });
  expect(await filesOf(archive)).toEqual(files);
});

it('erases a project whole, and keeps how far the archive is', async () => {
  const rows = history(6, 500, 2);
  await archiveFinished(archive, sourceOf(rows), LATER_MS);
  await eraseFrom(archive, STORE, [projectOf(1)], cleaned);
  expect((await rowsIn(archive)).map(({ project }) => project)).not.toContain(1);
  expect(await holding('project 1')).toEqual([]);
  expect(readdirSync(folder)).toContain('project=2');
  for await (const { path } of archive.list('project=1')) expect(path).toBe('none');
  expect(await positionOf(archive, STORE)).toBe(rows.at(-1)!.seq);
});

it('erases by the project’s name what another store had archived', async () => {
  const rows = [eventOf(1, START_MS, { project: 7 })];
  const other = {
    ...sourceOf(rows),
    store: 'ffffffff',
    project: () => ({ name: 'project 1', retention_days: 1 }),
  };
  await archiveFinished(archive, other, LATER_MS);
  await eraseFrom(archive, STORE, [idOf('id-1', 7)], cleaned);
  expect(await rowsIn(archive)).toHaveLength(1);
  await eraseFrom(archive, STORE, [{ ...idOf('id-1', 3), projectName: 'project 1' }], cleaned);
  expect(await rowsIn(archive)).toHaveLength(0);
});

it('dies at any step: when it was done, nothing of the id is in any file', async () => {
  const rows = history(7, 150, 2);
  const random = seeded(7);
  for (let round = 0; round < 6; round++) {
    rmSync(folder, { recursive: true });
    await archiveFinished(archive, sourceOf(rows), LATER_MS);
    const ids = [idOf('id-3'), idOf('id-4', 2)];
    for (let tries = 0; ; tries++) {
      // Longer lives with time: who always dies at the first steps never ends.
      const step = Math.floor(random() * (20 + 10 * tries));
      const isOver = await eraseFrom(dying(archive, step), STORE, ids, cleaned).then(
        () => true,
        (error: unknown) => {
          expect(error).toBeInstanceOf(Died);
          return false;
        },
      );
      await closeOpened();
      if (isOver) break;
    }
    expect(await verify(archive)).toMatchObject({ faults: [], unnamed: 0 });
    const gone = (id: string, of: number) =>
      rows.filter(({ project, event }) => project === of && event.distinctId === id).length;
    expect(await rowsIn(archive)).toHaveLength(rows.length - gone('id-3', 1) - gone('id-4', 2));
  }
});

it('erases an event, and of an id what came before it was erased', async () => {
  const rows = history(10, 300, 2);
  await archiveFinished(archive, sourceOf(rows), LATER_MS);
  const mine = rows.filter(({ project, event }) => project === 1 && event.distinctId === 'id-3');
  const [first, second] = mine as [ArchivedEvent, ArchivedEvent];
  await eraseFrom(archive, STORE, [idOf('id-3', 1, first.seq)], cleaned);
  expect(await seqsLeft()).toEqual(rows.filter((row) => row !== first).map(({ seq }) => seq));
  const event: Order = {
    erasure: { number: 2, untilSeq: UNTIL, what: 'events', project: 1, seqs: [second.seq] },
    projectName: 'project 1',
  };
  await eraseFrom(archive, STORE, [event], cleaned);
  expect(await seqsLeft()).toEqual(
    rows.filter((row) => row !== first && row !== second).map(({ seq }) => seq),
  );
});

it('expires hours that are too old, and still knows how far it is', async () => {
  const rows = history(8, 400, 4);
  await archiveFinished(archive, sourceOf(rows), LATER_MS);
  await expireBefore(archive, START_MS + 2 * HOUR_MS);
  const left = rows.filter(({ receivedMs }) => receivedMs! >= START_MS + 2 * HOUR_MS);
  expect(await rowsIn(archive)).toHaveLength(left.length);
  await expireBefore(archive, START_MS + 50 * HOUR_MS);
  expect(await rowsIn(archive)).toEqual([]);
  expect(await manifestsOf(archive)).toHaveLength(1);
  expect(await positionOf(archive, STORE)).toBe(rows.at(-1)!.seq);
  expect(await archiveFinished(archive, sourceOf(rows), LATER_MS)).toMatchObject({ rows: 0 });
});

it('tells every kind of damage: a byte, a length, a part that is missing', async () => {
  await archiveFinished(archive, sourceOf(history(9, 300, 1)), LATER_MS);
  const [{ parts }] = (await manifestsOf(archive)) as [Awaited<ReturnType<typeof manifestsOf>>[0]];
  expect(await verify(archive)).toMatchObject({ faults: [], parts: 3, rows: 300, unnamed: 0 });
  const [flipped, cut, lost] = parts.map(({ path }) => join(folder, path)) as [
    string,
    string,
    string,
  ];
  const bytes = readFileSync(flipped);
  bytes[Math.floor(bytes.length / 2)]! ^= 1;
  writeFileSync(flipped, bytes);
  writeFileSync(cut, readFileSync(cut).subarray(0, 100));
  rmSync(lost);
  expect((await verify(archive)).faults).toEqual([
    `${parts[0]!.path}: its bytes are not what was written`,
    `${parts[1]!.path}: the file has 100 bytes instead of ${parts[1]!.bytes}`,
    `${parts[2]!.path}: the file is missing`,
  ]);
});
