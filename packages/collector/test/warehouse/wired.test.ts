// A collector with its warehouse: what is sent can be asked about, what is erased cannot, and what is wrong
// with a question is said.

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ADMIN,
  batchOf,
  type Collector,
  command,
  event,
  makeFolder,
  startCollector,
} from '../support/collector.ts';
import { answerWhen, ask } from './support/asking.ts';

const WAREHOUSE = { COLLECTOR_WAREHOUSE: 'duckdb' };
const RANGE = 'from=2020-01-01&to=2099-01-01';
const TOTALS = `kind=totals&${RANGE}`;

const hasEvents =
  (events: number) =>
  ({ data, behind }: { data: { now: { events: number } }; behind: number }) =>
    data.now.events === events && behind === 0;

describe('a collector with a warehouse', () => {
  let collector: Collector;
  beforeAll(async () => {
    collector = await startCollector(WAREHOUSE);
  });
  afterAll(() => collector.stop());
  const sent = async (...events: object[]) => {
    expect((await collector.post('/batch', batchOf(...events))).status).toBe(200);
  };

  it('answers about an event two seconds after it was acknowledged', async () => {
    await answerWhen(collector, TOTALS, hasEvents(0));
    for (let round = 1; round <= 3; round++) {
      await sent(event({ distinct_id: `early-${round}` }));
      const startMs = performance.now();
      await answerWhen(collector, TOTALS, hasEvents(round));
      expect(performance.now() - startMs).toBeLessThan(2_000);
    }
  });

  it('answers every kind of question about what was sent', async () => {
    const at = (day: number, extra: object = {}) =>
      event({ timestamp: new Date(Date.now() - day * 86_400_000).toISOString(), ...extra });
    const properties = { command: 'logs', success: false, duration_ms: 40, plan: 'pro:1' };
    await sent(
      at(9, { distinct_id: 'kim', properties: { ...properties, $session_id: 's1' } }),
      at(8, {
        distinct_id: 'kim',
        event: 'done',
        properties: { plan: 'pro:1', $session_id: 's1' },
      }),
      at(8, { distinct_id: 'lee', properties: { ...properties, plan: 'free' } }),
    );
    const about = `${RANGE}&where=command:is:logs`;
    await answerWhen(collector, `kind=totals&${about}`, hasEvents(2));
    const data = async (query: string) => {
      const { status, body } = await ask(collector, query);
      expect(status, JSON.stringify(body)).toBe(200);
      expect(body).toMatchObject({ project: { id: 1, name: 'default' }, behind: 0 });
      return body.data;
    };
    expect(await data(`kind=totals&${about}&measure=duration_ms`)).toMatchObject({
      now: { events: 2, ids: 2, failures: 2, judged: 2, failure_rate: 1, median: 40, p95: 40 },
      before: null,
    });
    expect(await data(`kind=breakdown&by=prop.plan&${about}`)).toMatchObject({
      rows: [
        { value: 'free', events: 1 },
        { value: 'pro:1', events: 1 },
      ],
      values: 2,
    });
    expect(await data(`kind=totals&${RANGE}&where=prop.plan:is:pro:1`)).toMatchObject({
      now: { events: 2, ids: 1 },
    });
    const series = await data(`kind=series&interval=month&${about}`);
    expect(series.points.reduce((sum: number, { ids }: { ids: number }) => sum + ids, 0)).toBe(2);
    const fresh = await data(`kind=new_ids&interval=month&${about}`);
    expect(fresh.points.reduce((sum: number, { ids }: { ids: number }) => sum + ids, 0)).toBe(2);
    const weeks = `from=${Date.now() - 30 * 86_400_000}&to=${Date.now()}`;
    expect((await data(`kind=retention&${weeks}`)).cohorts.length).toBeGreaterThan(3);
    const steps = 'step=event:is:command_executed&step=and:command:is:logs&step=event:is:done';
    expect(await data(`kind=funnel&${RANGE}&${steps}`)).toEqual({ steps: [2, 1] });
    expect(await data(`kind=paths&${RANGE}&direction=from&value=command_executed`)).toEqual({
      paths: [{ path: ['command_executed', 'done'], count: 1 }],
    });
    const { events, next } = await data(`kind=events&limit=1&${about}`);
    expect(events[0]).toMatchObject({
      distinct_id: 'lee',
      values: { command: 'logs', success: false, duration_ms: 40 },
      properties: { plan: 'free' },
    });
    expect(Date.now() - events[0].values.received_at).toBeLessThan(60_000);
    const second = await data(`kind=events&limit=1&cursor=${next}&${about}`);
    expect(second).toMatchObject({ events: [{ distinct_id: 'kim' }], next: null });
  });

  it.each([
    ['', 'invalid_question', /^kind: use one of/],
    [
      `${TOTALS}&where=nope:is:x`,
      'invalid_question',
      /there is no "nope"; there are event, .*command/,
    ],
    [
      `${TOTALS}&where=command:is:1&where=success:is:yes`,
      'invalid_question',
      /compare it with a b/,
    ],
    [`${TOTALS}&where=prop.service_name:is:plex`, 'invalid_question', /ask for service instead/],
    [`${TOTALS}&measure=command`, 'invalid_question', /measure: command is no number/],
    ['kind=totals&from=2026-02-01&to=2026-01-01', 'invalid_question', /^to: must be after from/],
    [`kind=series&interval=hour&${RANGE}`, 'invalid_question', /ask for longer ones/],
    [`kind=events&cursor=x&${RANGE}`, 'invalid_question', /^cursor: take it from the answer/],
    [`${TOTALS}&project=9`, 'unknown_project', /no such project/],
  ])('says what is wrong with it: %s', async (query, code, words) => {
    const { status, body } = await ask(collector, query);
    expect(status).toBe(code === 'unknown_project' ? 404 : 400);
    expect(body).toMatchObject({ code, detail: expect.stringMatching(words) });
  });

  it('answers nobody without a token', async () => {
    for (const path of [`query?${TOTALS}`, 'warehouse']) {
      expect((await collector.request('GET', `/api/v1/${path}`)).status).toBe(401);
    }
    const rebuild = await collector.request('POST', '/api/v1/warehouse/rebuild');
    expect(rebuild.status).toBe(401);
  });

  it('forgets what the store forgets: an id, an event', async () => {
    const extra = { properties: { command: 'secret' } };
    const one = event({ distinct_id: 'gone', ...extra });
    const other = event({ distinct_id: 'stays', ...extra });
    await sent(one, event({ distinct_id: 'gone', ...extra }), other);
    const query = `kind=totals&${RANGE}&where=command:is:secret`;
    await answerWhen(collector, query, hasEvents(3));
    await collector.admin('POST', '/api/v1/forget', { distinct_id: 'gone' });
    await answerWhen(collector, query, hasEvents(1));
    const ids = `kind=breakdown&by=distinct_id&limit=100&${RANGE}`;
    expect(JSON.stringify((await ask(collector, ids)).body)).not.toContain('gone');
    await collector.admin('DELETE', `/v1/events/${other.uuid}?project=1`);
    await answerWhen(collector, query, hasEvents(0));
  });

  it('answers no retention of more weeks than a table has, also where weeks are not said', async () => {
    const query = 'project=default&kind=retention&from=2019-01-01&to=2026-01-01';
    for (const interval of ['', '&interval=week']) {
      const response = await ask(collector, `${query}${interval}`);
      expect(response.status).toBe(400);
      expect(JSON.stringify(response.body)).toContain('ask for longer ones');
    }
  });

  it('a project that is deleted is gone from the answers, and its receipt waits for that', async () => {
    const made = await collector.admin('POST', '/api/v1/projects', { name: 'short' });
    const { id, token } = (await made.json()) as { id: number; token: string };
    const body = { api_key: token, batch: [event(), event({ distinct_id: 'other' })] };
    expect((await collector.post('/batch', body)).status).toBe(200);
    await answerWhen(collector, `${TOTALS}&project=short`, hasEvents(2));
    const before = await (await collector.admin('GET', '/api/v1/warehouse')).json();
    const gone = await collector.admin('DELETE', `/api/v1/projects/${id}?name=short`);
    let answer = (await gone.json()) as { receipt: string; done_at: string | null };
    expect((await ask(collector, `${TOTALS}&project=short`)).status).toBe(404);
    const { receipt } = answer;
    while (answer.done_at === null) {
      answer = await (await collector.admin('GET', `/api/v1/forget/${receipt}`)).json();
    }
    // Done is said when nothing of it is left.
    const { events } = before as { events: number };
    const copy = await (await collector.admin('GET', '/api/v1/warehouse')).json();
    expect(copy).toMatchObject({ events: events - 2 });
  });

  it('is rebuilt while it runs, by the command or a request, and says how it is', async () => {
    const { data: known } = await answerWhen(collector, TOTALS, ({ behind }) => behind === 0);
    const before = known.now.events;
    const { status, stdout } = await command(['rebuild'], collector.folder, {
      ...WAREHOUSE,
      COLLECTOR_PORT: new URL(collector.url).port,
    });
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringMatching(`^rebuilt: ${before} events in \\d+ s\n$`),
    });
    await answerWhen(collector, TOTALS, hasEvents(before));
    const copy = await (await collector.admin('GET', '/api/v1/warehouse')).json();
    expect(copy).toMatchObject({ state: 'ready', reason: null, behind: 0, rebuilding: false });
  });
});

describe('a collector whose warehouse is not there', () => {
  it('with COLLECTOR_WAREHOUSE=none: says so, and starts no process', async () => {
    const collector = await startCollector({ COLLECTOR_WAREHOUSE: 'none' });
    const { status, body } = await ask(collector, TOTALS);
    expect(status).toBe(501);
    expect(body).toMatchObject({
      code: 'no_warehouse',
      detail: expect.stringMatching(/COLLECTOR_WAREHOUSE is none/),
    });
    await collector.stop();
  });

  it('missing or damaged at a start: filled anew from the store, by itself', async () => {
    const folder = makeFolder();
    const file = join(folder.path, 'warehouse.duckdb');
    const off = await startCollector({}, { folder: folder.path });
    await off.post('/batch', batchOf(...Array.from({ length: 30 }, () => event())));
    await off.stop();
    for (const spoil of [
      () => undefined,
      () => rmSync(file),
      () => writeFileSync(file, 'this is no database '.repeat(1000)),
    ]) {
      spoil();
      const collector = await startCollector(WAREHOUSE, { folder: folder.path });
      await answerWhen(collector, TOTALS, hasEvents(30));
      await collector.stop();
    }
    // By hand, with no collector running.
    rmSync(file);
    const { status, stdout } = await command(['rebuild'], folder.path, WAREHOUSE);
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('30 events') });
    folder.remove();
  }, 90_000);

  it('a rebuild beside a collector without its token says what is missing', async () => {
    const collector = await startCollector();
    const { status, stderr } = await command(['rebuild'], collector.folder, {
      ...WAREHOUSE,
      COLLECTOR_ADMIN_TOKEN: undefined,
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/a collector is running .* set COLLECTOR_ADMIN_TOKEN/);
    expect(stderr).not.toContain(ADMIN);
    await collector.stop();
  });
});
