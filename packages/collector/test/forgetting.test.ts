// Forgetting an id: whole, and at nobody else's cost.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { batchOf, type Collector, event, startCollector } from './support/collector';

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
        const answer = await archived.request('GET', `/api/v1/forget/${first.receipt}`);
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
});
