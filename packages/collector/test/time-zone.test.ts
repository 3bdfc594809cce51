// A project has a time zone: questions that name none are about its days, in dates as well as in intervals.

import { afterEach, expect, it, vi } from 'vitest';
import { batchOf, type Collector, event, makeFolder, startCollector } from './support/collector';

let collector: Collector | undefined;
afterEach(async () => {
  await collector?.stop();
  collector = undefined;
});

const change = (time_zone: unknown) =>
  collector!.admin('PATCH', '/api/v1/projects/1', { time_zone });

async function ask(query: string) {
  const answer = await collector!.admin('GET', `/api/v1/query?project=default&${query}`);
  // biome-ignore lint/suspicious/noExplicitAny: each kind of question has its own answer
  return (await answer.json()) as any;
}

it('days of questions are those of the project, or as asked; summaries have those of UTC', async () => {
  const folder = makeFolder();
  collector = await startCollector({ COLLECTOR_WAREHOUSE: 'duckdb' }, { folder: folder.path });
  // In Berlin, this is the first of February.
  await collector.post('/batch/', batchOf(event({ timestamp: '2026-01-31T23:30:00Z' })));
  const february = 'kind=totals&from=2026-02-01&to=2026-02-02';
  const series = 'kind=series&interval=day&from=2026-02-01&to=2026-02-03';
  await vi.waitFor(
    async () => {
      const { data } = await ask('kind=totals&from=2026-01-31&to=2026-02-01');
      expect(data.now.events).toBe(1);
    },
    { timeout: 15_000, interval: 100 },
  );
  expect((await ask(february)).data.now.events).toBe(0);

  expect(await (await change('europe/berlin')).json()).toMatchObject({
    time_zone: 'Europe/Berlin',
  });
  expect(await ask(february)).toMatchObject({
    zone: 'Europe/Berlin',
    data: { now: { events: 1 } },
  });
  expect(await ask(`${february}&zone=UTC`)).toMatchObject({
    zone: 'UTC',
    data: { now: { events: 0 } },
  });
  const { points } = (await ask(series)).data;
  expect(
    points.map(({ start, events }: { start: number; events: number }) => [
      new Date(start).toISOString(),
      events,
    ]),
  ).toEqual([
    ['2026-01-31T23:00:00.000Z', 1],
    ['2026-02-01T23:00:00.000Z', 0],
  ]);
  const summary = await collector.summary('?from=2026-02-01&to=2026-02-01');
  expect(summary.totals.events).toBe(0);

  await collector.stop();
  collector = await startCollector({ COLLECTOR_WAREHOUSE: 'duckdb' }, { folder: folder.path });
  const { projects } = (await (await collector.admin('GET', '/api/v1/projects')).json()) as {
    projects: object[];
  };
  expect(projects).toMatchObject([{ time_zone: 'Europe/Berlin' }]);
  await collector.stop();
  collector = undefined;
  folder.remove();
}, 60_000);

it('a zone that every machine knows by this name is taken, anything else is refused in words', async () => {
  collector = await startCollector();
  for (const zone of [
    '+02:00',
    '',
    'Europe/Nowhere',
    'Etc/../UTC',
    7,
    null,
    `A/${'b'.repeat(99)}`,
  ]) {
    const answer = await change(zone);
    expect([zone, answer.status]).toEqual([zone, 400]);
    expect(await answer.json()).toMatchObject({
      code: 'invalid_time_zone',
      detail: expect.stringContaining('Europe/Berlin'),
    });
  }
  for (const zone of ['UTC', 'Etc/GMT+5', 'America/Argentina/Buenos_Aires', 'America/St_Johns']) {
    expect((await change(zone)).status).toBe(200);
  }
  const named = { name: 'far', time_zone: 'Pacific/Kiritimati' };
  const made = await collector.admin('POST', '/api/v1/projects', named);
  expect([made.status, await made.json()]).toEqual([201, expect.objectContaining(named)]);
  const refused = await collector.admin('POST', '/api/v1/projects', { name: 'x', time_zone: 'x' });
  expect(refused.status).toBe(400);
  expect((await change('UTC')).status).toBe(200);
});
