// What installers and agents sent, as the questions that are asked about it: installations and not events,
// whether they succeeded, how long they took, agents and their errors over time.

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ADMIN, type Collector, event, startCollector } from './support/collector';

let collector: Collector;
/** Tokens to read with. */
const readers: Record<string, string> = {};
const tokens: Record<string, string> = {};

const RANGE = { from: '2026-10-01', to: '2026-12-01' };

interface Row {
  readonly value: unknown;
  readonly [count: string]: unknown;
}
// biome-ignore lint/suspicious/noExplicitAny: each kind of question has its own answer
async function ask(project: string, question: object, token = readers[project]!): Promise<any> {
  const query = new URLSearchParams({ project, ...RANGE, ...question }).toString();
  const answer = await collector.request('GET', `/api/v1/query?${query}`, undefined, {
    authorization: `Bearer ${token}`,
  });
  return { status: answer.status, ...((await answer.json()) as object) };
}
async function rows(project: string, question: object, ...names: string[]): Promise<unknown[][]> {
  const { data } = await ask(project, { kind: 'breakdown', ...question });
  return (data.rows as Row[]).map((row) => ['value', ...names].map((name) => row[name]));
}

/** Three installations: one succeeds twice, one fails, one only begins; a week lies between. */
const INSTALLS = [
  ['a', 'installation_started', { os: 'Linux', nodeVersion: 'v20.1.0', stage: 'ask' }, 1],
  ['a', 'installation_completed', { os: 'linux', node_version: '20.9.1', durationMs: 1_000 }, 1],
  ['a', 'installation_completed', { os: 'linux', node_version: '20.9.1', duration_ms: 3_000 }, 2],
  ['b', 'installation_failed', { os: 'win32', node_version: '22.0.0', errorType: 'network' }, 2],
  ['c', 'installation_started', { os: 'Darwin', packageManager: 'pnpm/9.1', template: 'vue' }, 9],
] as const;

/** Two agents; the time is that of a day in November. */
const AGENTS = [
  ['u1', { event: 'task', agent: 'planner', event_data: { success: true, duration_ms: 100 } }, 3],
  ['u2', { event: 'task', agent_name: 'planner', event_data: { success: false } }, 4],
  ['u2', { event: 'task', properties: { agent: 'coder', duration_ms: 300, success: true } }, 4],
  ['u1', { event: 'failed', agentName: 'coder', errorType: 'timeout' }, 5],
] as const;

const on = (day: number) => `2026-11-0${day}T10:00:00Z`;

beforeAll(async () => {
  collector = await startCollector({ COLLECTOR_WAREHOUSE: 'duckdb' });
  for (const kind of ['installs', 'agents']) {
    const made = await collector.admin('POST', '/api/v1/projects', { name: kind, kind });
    tokens[kind] = ((await made.json()) as { token: string }).token;
    const reader = await collector.admin('POST', '/api/v1/tokens', {
      project: kind,
      scope: 'read',
    });
    readers[kind] = ((await reader.json()) as { token: string }).token;
  }
  const headers = (kind: string) => ({ authorization: `Bearer ${tokens[kind]}` });
  for (const [installation_id, event_type, properties, day] of INSTALLS) {
    const data = { installation_id, event_type, properties, timestamp: on(day) };
    const { status } = await collector.post('/v1/events', { data }, headers('installs'));
    expect(status).toBe(201);
  }
  const events = AGENTS.map(([anonymous_id, event, day]) => ({
    ...event,
    anonymous_id,
    timestamp: on(day),
  }));
  await collector.post('/api/v1/telemetry/batch', { events }, headers('agents'));
  await vi.waitFor(
    async () => {
      for (const [project, count] of [
        ['installs', INSTALLS.length],
        ['agents', AGENTS.length],
      ] as const) {
        expect((await ask(project, { kind: 'totals' })).data?.now.events).toBe(count);
      }
    },
    { timeout: 30_000, interval: 200 },
  );
}, 60_000);
afterAll(async () => {
  await collector?.stop();
});

describe('installations', () => {
  it('are counted once each, by week and month', async () => {
    const weekly = await ask('installs', { kind: 'new_ids', interval: 'week' });
    const some = (data: { points: { ids: number }[] }) =>
      data.points.map(({ ids }) => ids).filter((ids) => ids > 0);
    expect(some(weekly.data)).toEqual([1, 1, 1]);
    const monthly = await ask('installs', { kind: 'new_ids', interval: 'month' });
    expect(some(monthly.data)).toEqual([3]);
  });

  it('have a success rate, of those that came to an end, and durations', async () => {
    const { data } = await ask('installs', { kind: 'totals', measure: 'duration_ms' });
    expect(data.now).toMatchObject({ ids: 3, judged: 3, failures: 1, median: 1_000, p95: 3_000 });
  });

  it('are told apart by system, major version of Node, package manager, template and stage', async () => {
    expect(await rows('installs', { by: 'os' }, 'events', 'ids')).toEqual([
      ['linux', 3, 1],
      ['macos', 1, 1],
      ['windows', 1, 1],
    ]);
    expect(await rows('installs', { by: 'node_major' }, 'ids', 'failure_rate')).toEqual([
      ['20', 1, 0],
      ['22', 1, 1],
    ]);
    expect(await rows('installs', { by: 'package_manager' }, 'ids')).toEqual([['pnpm', 1]]);
    expect(await rows('installs', { by: 'template' }, 'ids')).toEqual([['vue', 1]]);
    expect(await rows('installs', { by: 'stage' }, 'ids')).toEqual([['ask', 1]]);
    expect(await rows('installs', { by: 'error_type' }, 'ids')).toEqual([['network', 1]]);
    const filtered = await ask('installs', { kind: 'totals', where: 'node_major:is:20' });
    expect(filtered.data.now.events).toBe(3);
  });
});

describe('agents', () => {
  it('have names, failures and durations', async () => {
    const by = { by: 'agent', measure: 'duration_ms' };
    expect(await rows('agents', by, 'events', 'failures', 'median')).toEqual([
      ['coder', 2, 0, 300],
      ['planner', 2, 1, 100],
    ]);
    expect(await rows('agents', { by: 'error_type' }, 'events')).toEqual([['timeout', 1]]);
  });

  it('are seen over time', async () => {
    const question = { kind: 'series', interval: 'day', where: 'agent:is:planner' };
    const { data } = await ask('agents', question);
    const points = (data.points as { start: number; events: number }[]).filter((p) => p.events > 0);
    expect(points.map(({ start }) => new Date(start).toISOString().slice(0, 10))).toEqual([
      '2026-11-03',
      '2026-11-04',
    ]);
  });

  it('have unique users by type of event, and events know when they were received', async () => {
    expect(await rows('agents', { by: 'event' }, 'ids')).toEqual([
      ['task', 2],
      ['failed', 1],
    ]);
    const { data } = await ask('agents', { kind: 'events' });
    for (const { values } of data.events as { values: { received_at: number } }[]) {
      expect(Math.abs(Date.now() - values.received_at)).toBeLessThan(120_000);
    }
  });
});

describe('a project that is deleted', () => {
  it('is gone from the warehouse as well: its receipt says when', async () => {
    const made = await collector.admin('POST', '/api/v1/projects', { name: 'gone' });
    const { id, token } = (await made.json()) as { id: number; token: string };
    await collector.post('/batch/', { api_key: token, batch: [event()] });
    const admin = { authorization: `Bearer ${ADMIN}` };
    const count = `/api/v1/query?${new URLSearchParams({ ...RANGE, to: '2100-01-01', project: 'gone', kind: 'totals' })}`;
    await vi.waitFor(
      async () => {
        const answer = await collector.request('GET', count, undefined, admin);
        expect(await answer.json()).toMatchObject({ data: { now: { events: 1 } } });
      },
      { timeout: 20_000, interval: 100 },
    );
    const deleted = await collector.admin('DELETE', `/api/v1/projects/${id}?name=gone`);
    const { receipt } = (await deleted.json()) as { receipt: string };
    await vi.waitFor(
      async () => {
        const answer = await collector.admin('GET', `/api/v1/forget/${receipt}`);
        expect(answer.status).toBe(200);
        expect(await answer.json()).toMatchObject({ waiting_for: [], forgotten: { events: 1 } });
      },
      { timeout: 20_000, interval: 100 },
    );
    expect((await collector.request('GET', count, undefined, admin)).status).toBe(404);
  });
});

describe('a question', () => {
  it('about a column of another kind of project says which columns there are', async () => {
    const answer = await ask('agents', { kind: 'breakdown', by: 'template' });
    expect(answer.status).toBe(400);
    expect(answer.detail).toContain('there is no "template"');
    expect(answer.detail).toContain('agent');
  });

  it('with a token to read is about its project alone', async () => {
    expect((await ask('agents', { kind: 'events' }, readers.installs)).status).toBe(404);
    expect((await ask('3', { kind: 'events' }, readers.installs)).status).toBe(404);
    const own = new URLSearchParams({ ...RANGE, kind: 'events' });
    const answer = await collector.request('GET', `/api/v1/query?${own}`, undefined, {
      authorization: `Bearer ${readers.installs}`,
    });
    expect(await answer.json()).toMatchObject({ project: { name: 'installs' } });
  });
});
