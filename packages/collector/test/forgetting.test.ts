// Forgetting an id: whole, and at nobody else's cost.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../src/store/sqlite/database';
import { batchOf, type Collector, event, makeFolder, startCollector } from './support/collector';

let collector: Collector;
beforeEach(async () => {
  collector = await startCollector();
});
afterEach(async () => {
  await collector.stop();
});

it('of ids that are not there, during ingest, spoils no counts', async () => {
  const BATCHES = 60;
  const EVENTS = 50;
  const forgetting = (async () => {
    for (let n = 0; n < 67; n++) {
      await collector.admin('POST', '/api/v1/forget', { distinct_id: `nobody-${n}` });
    }
  })();
  await Promise.all(
    Array.from({ length: 6 }, async () => {
      for (let batch = 0; batch < BATCHES / 6; batch++) {
        const events = Array.from({ length: EVENTS }, () => event());
        expect((await collector.post('/batch/', batchOf(...events))).status).toBe(200);
      }
    }),
  );
  await forgetting;
  const { totals } = await collector.summary();
  expect(totals).toMatchObject({ events: BATCHES * EVENTS, commands: BATCHES * EVENTS });
});

const SECRET = 'secret-id-to-erase';
const inFiles = (): string[] =>
  readdirSync(collector.folder)
    .filter((name) => name.startsWith('collector.db'))
    .filter((name) => readFileSync(join(collector.folder, name)).includes(SECRET));

it('takes it out of events of others that name it, and of dead letters', async () => {
  // A project whose events may name people.
  await collector.admin('PATCH', '/api/v1/projects/default', { kind: 'product' });
  const naming = [
    { event: '$identify', properties: { $anon_distinct_id: SECRET, plan: 'free' } },
    { event: '$create_alias', properties: { alias: SECRET, distinct_id: 'ann' } },
    { event: 'x', properties: { $device_id: SECRET, command: 'up', n: 1 } },
  ].map((each) => event({ ...each, distinct_id: 'ann' }));
  // Refused, both: one is of it, one names it.
  const letters = [
    event({ distinct_id: SECRET, event: 17 }),
    event({ distinct_id: 'ann', event: 17, properties: { alias: SECRET } }),
    event({ distinct_id: 'ann', event: 17, properties: { note: 'of somebody else' } }),
  ];
  await collector.post('/batch/', batchOf(event({ distinct_id: SECRET }), ...naming, ...letters));
  expect(inFiles()).not.toEqual([]);
  const before = await collector.summary();
  const answer = await collector.admin('POST', '/api/v1/forget', { distinct_id: SECRET });
  const events = await collector.events();
  expect(events.map(({ uuid }) => uuid).sort()).toEqual(naming.map(({ uuid }) => uuid).sort());
  const of = (name: string) => events.find((each) => each.event === name)?.properties;
  expect(of('$identify')).toEqual({ plan: 'free' });
  expect(of('x')).toEqual({ command: 'up', n: 1 });
  expect(JSON.stringify(events)).not.toContain(SECRET);
  expect(await answer.json()).toMatchObject({ forgotten: { events: 1, dead_letters: 2 } });
  const { totals } = await collector.summary();
  expect(totals).toMatchObject({ events: 3, active_ids: 1 });
  expect(before.totals.events).toBe(4);
  await vi.waitFor(() => expect(inFiles()).toEqual([]), { timeout: 10_000 });
});

it('answers 202 with a receipt while a copy still has it, and the receipt says when it is gone', async () => {
  const place = mkdtempSync(join(tmpdir(), 'archive-'));
  const archived = await startCollector({ COLLECTOR_ARCHIVE: place });
  try {
    await archived.post('/batch/', batchOf(event({ distinct_id: SECRET })));
    const ask = await archived.admin('POST', '/api/v1/forget', { distinct_id: SECRET });
    const first = (await ask.json()) as { receipt: string; waiting_for: string[] };
    expect(JSON.stringify(first)).not.toContain(SECRET);
    // It looks every ten seconds, so it may have looked just now.
    expect(ask.status).toBe(first.waiting_for.length > 0 ? 202 : 200);
    await vi.waitFor(
      async () => {
        const answer = await archived.admin('GET', `/api/v1/forget/${first.receipt}`);
        expect(answer.status).toBe(200);
        expect(await answer.json()).toMatchObject({ waiting_for: [], forgotten: { events: 1 } });
      },
      { timeout: 25_000, interval: 250 },
    );
    const unknown = await archived.request('GET', '/api/v1/forget/not-a-receipt');
    expect(unknown.status).toBe(404);
    expect((await archived.request('GET', '/api/v1/forget')).status).toBe(401);
  } finally {
    await archived.stop();
    rmSync(place, { recursive: true, force: true });
  }
}, 60_000);

describe('an id in properties of others', () => {
  const ID = '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';
  const of = (properties: object) => event({ distinct_id: 'ann', event: 'x', properties });
  const asked = (id: string) =>
    collector.request('POST', '/api/v1/forget', JSON.stringify({ distinct_id: id }), {
      authorization: 'Bearer phc_test_token',
    });
  const propertiesLeft = async () => (await collector.events()).map(({ properties }) => properties);

  it('goes wherever it is a whole value: at any depth, from dead letters and installations', async () => {
    await collector.admin('PATCH', '/api/v1/projects/default', { kind: 'product' });
    await collector.post(
      '/batch/',
      batchOf(
        of({ $set: { user: ID, plan: 'free' }, seen: ['other', ID, { by: ID, n: 1 }] }),
        of({ note: `not ${ID} alone`, [ID]: 1 }),
        event({ distinct_id: 'ann', event: 17, properties: { $set: { user: ID } } }),
      ),
    );
    const install = { installation_id: 'i', properties: { by: { user: ID }, os: 'linux' } };
    await collector.post('/v1/installs', { data: install });
    await asked(ID);
    // In any order: what was changed has a new number, and may be of the same millisecond.
    const left = await propertiesLeft();
    expect(left).toHaveLength(2);
    expect(left).toContainEqual({ note: `not ${ID} alone`, [ID]: 1 });
    expect(left).toContainEqual({ $set: { plan: 'free' }, seen: ['other', { n: 1 }] });
    expect(await (await collector.admin('GET', '/api/v1/dead-letters')).json()).toMatchObject({
      dead_letters: [],
    });
    // Installers without a token have a project of their own: this is for the admin.
    await collector.admin('POST', '/api/v1/forget', { distinct_id: ID });
    const kept = await (await collector.admin('GET', '/v1/installs/i?project=installs')).json();
    expect(kept).toMatchObject({ data: { properties: { by: {}, os: 'linux' } } });
  });

  it('goes, if anybody could guess it, only where SDKs name ids; the admin may do more', async () => {
    await collector.admin('PATCH', '/api/v1/projects/default', { kind: 'product' });
    await collector.post('/batch/', batchOf(of({ plan: 'free', alias: 'free' })));
    await asked('free');
    expect(await propertiesLeft()).toEqual([{ plan: 'free' }]);
    await collector.admin('POST', '/api/v1/forget', { distinct_id: 'free' });
    expect(await propertiesLeft()).toEqual([{}]);
  });

  it('goes as whatever it was sent: with blanks around, too long, with a NUL, as a number', async () => {
    await collector.admin('PATCH', '/api/v1/projects/default', { kind: 'product' });
    const sent = ['  spaced variant ', 'l'.repeat(250), `${'h'.repeat(199)}😀`, 'n\0ul', 987654321];
    const named = (id: unknown) => ({ ref: id, list: ['other', id], obj: { deep: id, n: 1 } });
    await collector.post(
      '/batch/',
      batchOf(
        ...sent.flatMap((id) => [event({ distinct_id: id }), of(named(id))]),
        event({ distinct_id: 'ann', event: 17, properties: named(sent[0]) }),
        // Other ids, and the same text in another value.
        of({ ref: 'l'.repeat(199), list: [98765432, '0987654321'], obj: { deep: 'nul and more' } }),
      ),
    );
    const kept = { installation_id: 'i', properties: { by: 'n\0ul', os: 'linux' } };
    await collector.post('/v1/installs', { data: kept });
    for (const id of sent) await collector.admin('POST', '/api/v1/forget', { distinct_id: id });
    const left = await propertiesLeft();
    expect(left).toHaveLength(sent.length + 1);
    expect(left.filter(({ ref }) => ref !== undefined)).toEqual([
      { ref: 'l'.repeat(199), list: [98765432, '0987654321'], obj: { deep: 'nul and more' } },
    ]);
    for (const each of left.filter(({ ref }) => ref === undefined)) {
      expect(each).toEqual({ list: ['other'], obj: { n: 1 } });
    }
    const install = await (await collector.admin('GET', '/v1/installs/i?project=installs')).json();
    expect(install).toMatchObject({ data: { properties: { os: 'linux' } } });
    expect(JSON.stringify(install)).not.toContain('ul"');
    expect(await (await collector.admin('GET', '/api/v1/dead-letters')).json()).toMatchObject({
      dead_letters: [],
    });
  });

  it('with a project’s token: is answered alike, known or not, and not without end', async () => {
    await collector.post('/batch/', batchOf(event({ distinct_id: ID })));
    const shapes = [];
    for (const id of [ID, 'nobody']) {
      const answer = await asked(id);
      const body = (await answer.json()) as { receipt: string };
      const later = await collector.request('GET', `/api/v1/forget/${body.receipt}`);
      shapes.push([answer.status, Object.keys(body), Object.keys((await later.json()) as object)]);
    }
    expect(shapes[0]).toEqual(shapes[1]);
    expect(JSON.stringify(shapes)).not.toContain('forgotten');
    const statuses = [];
    for (let n = 0; n < 10; n++) statuses.push((await asked(`nobody-${n}`)).status);
    expect(statuses.at(-1)).toBe(429);
    const { receipts } = (await (await collector.admin('GET', '/api/v1/forget')).json()) as {
      receipts: unknown[];
    };
    expect(receipts.length).toBeLessThan(12);
  });
});

it('says how many events the store has, and how many went, only to who may read every project', async () => {
  const made = async (scope: string) => {
    const answer = await collector.admin('POST', '/api/v1/tokens', { scope, project: 'default' });
    return ((await answer.json()) as { token: string }).token;
  };
  const tokens = [undefined, 'phc_test_token', await made('read'), await made('admin')];
  await collector.post('/batch/', batchOf(event(), event(), event(), event()));
  // Written down by somebody else, and not begun: so it stays where it is for half a minute.
  const db = openDatabase(join(collector.folder, 'collector.db'));
  db.exec("INSERT INTO receipts (id, requested_ms, events) VALUES ('under-way', 1, 7)");
  db.exec(
    `INSERT INTO erasures (receipt, what, project_id, distinct_id, last_seq, looked_seq)
     VALUES ('under-way', 'id', 1, '${SECRET}', 3, 2)`,
  );
  db.close();
  for (const token of tokens) {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const answer = await collector.request('GET', '/api/v1/forget/under-way', undefined, headers);
    const told = (await answer.json()) as object;
    expect(told).toMatchObject({ progress: { percent: 66 }, waiting_for: ['store'] });
    expect(JSON.stringify(told)).not.toMatch(/looked_at|"of"|forgotten/);
  }
  const answer = await collector.admin('GET', '/api/v1/forget/under-way');
  const progress = { percent: 66, looked_at: 2, of: 3 };
  expect(await answer.json()).toMatchObject({ progress, forgotten: { events: 7 } });
  // Whom it is of, asks again: by then it may be over, and is told as little.
  const again = await collector.request(
    'POST',
    '/api/v1/forget',
    { distinct_id: SECRET },
    {
      authorization: `Bearer ${tokens[3]}`,
    },
  );
  expect(await again.text()).not.toMatch(/looked_at|"of"|forgotten/);
});

it('goes on right after the start, when a kill came between', async () => {
  const folder = makeFolder();
  const before = await startCollector({}, { folder: folder.path });
  await before.post('/batch/', batchOf(event({ distinct_id: SECRET }), event()));
  await before.stop();
  // As it is left: written down, and nothing of it done.
  const db = openDatabase(join(folder.path, 'collector.db'));
  db.exec("INSERT INTO receipts (id, requested_ms) VALUES ('half-done', 1)");
  db.exec(
    `INSERT INTO erasures (receipt, what, project_id, distinct_id) VALUES ('half-done', 'id', 1, '${SECRET}')`,
  );
  db.close();
  const after = await startCollector({}, { folder: folder.path });
  try {
    await vi.waitFor(
      async () => {
        const answer = await after.admin('GET', '/api/v1/forget/half-done');
        expect(await answer.json()).toMatchObject({ waiting_for: [], forgotten: { events: 1 } });
      },
      // Retention, which did it before, comes half a minute after the start.
      { timeout: 20_000, interval: 100 },
    );
    expect((await after.events()).map(({ distinct_id }) => distinct_id)).not.toContain(SECRET);
  } finally {
    await after.stop();
    folder.remove();
  }
}, 60_000);
