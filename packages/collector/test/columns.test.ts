// A column is added in one place, the registry, and is found everywhere.

import { parquetReadObjects } from 'hyparquet';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Column } from '../../schema/src/columns';
import { fieldsOf } from '../../schema/src/fields';
import { eventSchema } from '../../schema/src/json-schema';
import { LIVE_COLUMNS } from '../../schema/src/live';
import type { Event } from '../src/event';
import { EXPORT_FORMATS } from '../src/export/formats';
import { exported } from '../src/export/rows';
import { settled } from '../src/gate/breakdown';
import { examine } from '../src/gate/gate';
import { Feed } from '../src/live/feed';
import { PUBLISHED } from '../src/published/counting';
import { dayOf } from '../src/store/periods';
import { SqliteStore } from '../src/store/sqlite/store';
import { checkQuestion } from '../src/warehouse/check';
import { columnsOf } from '../src/warehouse/columns';
import { rowOf } from '../src/warehouse/rows';
import { collect } from './support/collect';
import { makeFolder } from './support/collector';
import { makeFolderOf100 } from './support/folder-1.0.0';

// The one place.
const { ADDED } = vi.hoisted(() => ({
  ADDED: {
    name: 'project_template',
    property: 'project_template_name',
    aliases: ['$template', 'short_name'],
    type: 'text',
    kinds: ['installs'],
    since: '9.9.9',
    breakdown: { dimension: 99, list: 'templates', by: 'value', published: true },
    live: true,
    label: 'Templates of new projects',
    doc: 'Which template a project was made from.',
  } satisfies Column,
}));
vi.mock(import('../../schema/src/columns'), async (original) => {
  const real = await original();
  return { ...real, COLUMNS: [...real.COLUMNS, ADDED] };
});

const NOW = Date.parse('2026-11-20T12:00Z');
const AT = Date.parse('2026-11-02T09:30Z');

let folder: ReturnType<typeof makeFolder>;
let store: SqliteStore;
beforeEach(() => {
  folder = makeFolder();
  // A folder that an older collector made: the table has to grow.
  makeFolderOf100(folder.path);
  store = new SqliteStore(folder.path);
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

function eventsOf(...properties: object[]) {
  const project = store.projects.list()[0]!;
  const candidates = properties.map((each, index) => ({
    event: 'installation_started',
    distinctId: `id-${index}`,
    uuid: `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`,
    properties: each,
    timeMs: AT,
    sentTimestamp: undefined,
  }));
  const { events } = examine(project, 'test', candidates, NOW);
  return { project, events };
}

async function stored(...properties: object[]) {
  const { project, events } = eventsOf(...properties);
  await store.append(project.id, events, [], NOW);
  const pages = await collect(store.scan({ project: project.id, fromMs: AT }));
  return pages.flat();
}

/** Events as a page of an export. */
async function* pageOf(events: readonly Event[]) {
  yield events;
}

const five = Array.from({ length: 5 }, () => ({ project_template_name: 'react' }));

it('in the table, also in one that was there before', () => {
  const rows = store.db.prepare('PRAGMA table_info(events)').all();
  expect(rows.find(({ name }) => name === 'project_template')).toMatchObject({ type: 'TEXT' });
});

it('on the wire, under each of its names; what was sent comes back as it was', async () => {
  const sent = [
    { project_template_name: 'a' },
    { projectTemplateName: 'b' },
    { $template: 'c' },
    { shortName: 'd' },
  ];
  const events = await stored(...sent);
  const select = store.db.prepare(
    'SELECT project_template FROM events WHERE project_template IS NOT NULL ORDER BY seq',
  );
  expect(select.all().map((row) => row.project_template)).toEqual(['a', 'b', 'c', 'd']);
  const back = events.map((event) => exported(event).properties);
  expect(back[0]).toEqual(sent[0]);
  expect(back.slice(1)).toMatchObject(sent.slice(1));
});

it('in CSV, behind what was there, and in Parquet', async () => {
  const events = await stored({ project_template_name: 'react' });
  const csv = Buffer.concat(await collect(EXPORT_FORMATS.csv.write(pageOf(events)))).toString();
  const [head, row] = csv.split('\r\n').map((line) => line.split(','));
  expect([head!.at(-1), row!.at(-1)]).toEqual(['project_template_name', 'react']);
  const [, parquet] = await collect(EXPORT_FORMATS.parquet.write(pageOf(events)));
  const file = {
    byteLength: parquet!.length,
    slice: (from: number, to?: number) => slice(from, to),
  };
  const slice = (from: number, to?: number) =>
    new Uint8Array(parquet!).slice(from, to).buffer as ArrayBuffer;
  expect(await parquetReadObjects({ file })).toMatchObject([{ project_template_name: 'react' }]);
});

it('in the warehouse: its table, its rows, and what may be asked about a project of its kind', () => {
  expect(columnsOf()).toContainEqual({ name: 'project_template', type: 'text' });
  const { project, events } = eventsOf({ project_template_name: 'react' });
  const stored = { ...events[0]!, seq: 1, project: project.id, receivedMs: NOW };
  expect(rowOf(stored).values).toMatchObject({ project_template: 'react' });
  const question = {
    kind: 'breakdown',
    ...{ project: 1, from: 0, to: NOW, by: { column: 'project_template' } },
    where: [{ column: 'project_template', op: 'is', value: 'react' }],
  };
  expect(checkQuestion(question, columnsOf('installs'))).toMatchObject(question);
  expect(() => checkQuestion(question, columnsOf('cli'))).toThrow('there is no "project_template"');
});

it('in the JSON Schema', () => {
  expect(eventSchema().properties.properties.properties).toMatchObject({
    project_template_name: { type: 'string', description: ADDED.doc, 'x-kinds': ['installs'] },
  });
});

it('among what is counted and published, and in a panel with its label', async () => {
  await stored(...five, { project_template_name: 'vue' });
  const range = { project: 1, fromDay: dayOf(AT), toDay: dayOf(AT) };
  const { shares: lists } = await store.numbers.summary(range);
  expect(lists.templates).toMatchObject([
    { name: 'react', count: 5 },
    { name: 'vue', count: 1 },
  ]);
  // The pages make a panel of each of these.
  expect(fieldsOf('installs')).toContainEqual(
    expect.objectContaining({ name: 'project_template', label: 'Templates of new projects' }),
  );
  expect(PUBLISHED.map(({ breakdown }) => breakdown.list)).toContain('templates');
});

it('one thing has one name, also where it was counted before; what was sent comes back', async () => {
  const sent = [{ os: 'Windows_NT', node_version: 'v20.11.1' }, { os: 'windows' }];
  const events = await stored(...sent);
  expect(events.map(({ os, nodeMajor }) => [os, nodeMajor])).toEqual([
    ['windows', '20'],
    ['windows', undefined],
  ]);
  expect(events.map((event) => exported(event).properties)).toEqual(sent);
  // As 1.0.0 stored and counted them.
  const old = eventsOf({ os: 'win32' }, {}).events.map((event) => ({
    ...event,
    uuid: Buffer.alloc(16, event.distinctId),
    os: 'Win32',
    node: 'v18.0.1',
  }));
  await store.append(1, old, [], NOW);
  const { shares: lists } = await store.numbers.summary({
    project: 1,
    fromDay: dayOf(AT),
    toDay: dayOf(AT),
  });
  expect(lists.os).toEqual([{ name: 'windows', count: 4, share: 1 }]);
  expect(old.map(settled)).toMatchObject([
    { os: 'windows', node: 'v18.0.1', nodeMajor: '18' },
    { os: 'windows', nodeMajor: '18' },
  ]);
});

it('in the live feed, and among what the page shows of it', async () => {
  vi.useFakeTimers();
  const texts: string[] = [];
  const feed = new Feed();
  feed.add({ bufferedAmount: 0, send: (text) => texts.push(text), close: () => {} });
  const { project, events } = eventsOf({ project_template_name: 'react' });
  feed.announce(project, events);
  vi.runOnlyPendingTimers();
  vi.useRealTimers();
  expect(JSON.parse(texts[0]!)).toMatchObject({ events: [{ project_template: 'react' }] });
  expect(LIVE_COLUMNS).toContain(ADDED);
});
