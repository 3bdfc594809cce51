// PostHog v1, telemetry and installs on the wire.

import { deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Collector, event, startCollector, TOKEN } from './support/collector';

let collector: Collector;
beforeEach(async () => {
  collector = await startCollector();
});
afterEach(async () => {
  await collector.stop();
});

const BEARER = { authorization: `Bearer ${TOKEN}` };

describe('PostHog v1', () => {
  const PATH = '/i/v1/analytics/events';
  const v1 = (...batch: object[]) => ({ created_at: new Date().toISOString(), batch });

  it('answers for each event, under the uuid it was sent with', async () => {
    const good = { ...event(), options: {}, session_id: 's-1' };
    const bad = { ...event(), distinct_id: '', options: {} };
    const odd = { ...event(), uuid: 'not-a-uuid', options: {} };
    const answer = await collector.post(PATH, v1(good, bad, odd), {
      ...BEARER,
      'posthog-sdk-info': 'posthog-go/1.2.3',
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      results: {
        [good.uuid]: { result: 'ok' },
        [bad.uuid]: { result: 'drop', details: 'missing_distinct_id' },
        'not-a-uuid': { result: 'drop', details: 'invalid_uuid' },
      },
    });
    const [stored] = await collector.events();
    expect(stored?.properties).toMatchObject({
      $session_id: 's-1',
      $lib: 'posthog-go',
      $lib_version: '1.2.3',
    });
  });

  it('takes gzip, with a slash at the end of the path', async () => {
    const one = event();
    const answer = await collector.post(`${PATH}/`, gzipSync(JSON.stringify(v1(one))), {
      ...BEARER,
      'content-type': 'application/json',
      'content-encoding': 'gzip',
    });
    expect(await answer.json()).toEqual({ results: { [one.uuid]: { result: 'ok' } } });
  });

  it.each<[string, number, unknown, object]>([
    ['without a token', 401, v1(event()), {}],
    ['with an unknown token', 401, v1(event()), { authorization: 'Bearer phc_nobody' }],
    ['without a batch', 400, {}, BEARER],
    ['with an empty batch', 400, v1(), BEARER],
    ['with an empty body', 400, '', { ...BEARER, 'content-type': 'application/json' }],
    ['that is no JSON by its type', 415, 'x', { ...BEARER, 'content-type': 'text/plain' }],
    ['in an unknown encoding', 415, v1(event()), { ...BEARER, 'content-encoding': 'lz4' }],
  ])('a request %s is answered with %i', async (_name, status, body, headers) => {
    expect((await collector.post(PATH, body, headers)).status).toBe(status);
  });
});

describe('telemetry', () => {
  it('stores a batch, and says which events it did not take', async () => {
    const answer = await collector.post(
      '/api/v1/telemetry/batch',
      { anonymous_id: 'id-9', events: [event({ distinct_id: undefined }), { properties: {} }] },
      BEARER,
    );
    expect(answer.status).toBe(202);
    expect(await answer.json()).toEqual({
      accepted: 1,
      rejected: [{ index: 1, reason: 'missing_event' }],
    });
    expect(await collector.events()).toMatchObject([{ distinct_id: 'id-9' }]);
    expect(await (await collector.request('GET', '/api/v1/telemetry/health')).json()).toEqual({
      status: 'ok',
    });
  });

  it('keeps everything that an event has, and names what it does not read', async () => {
    const sent = {
      event_type: 'task_finished',
      id: 'run-17/3',
      agent: 'planner',
      duration_ms: 40,
      event_data: { agent_version: '2', error_type: 'timeout', properties: 'a word of its own' },
      properties: { attempt: 2 },
    };
    const body = { anonymousId: 'a', agent_host: 'h', events: [sent, sent] };
    const post = () =>
      collector.post('/api/v1/telemetry/batch', body, BEARER).then((answer) => answer.json());
    expect(await post()).toEqual({ accepted: 2, rejected: [], ignored: ['agent_host'] });
    // An id that is no uuid is an id all the same: sent again, it changes nothing.
    await post();
    const { event_type, id, event_data, properties, ...flat } = sent;
    expect(await collector.events()).toMatchObject([
      { event: event_type, distinct_id: 'a', properties: { ...flat, ...event_data, attempt: 2 } },
    ]);
    const agents = await collector.admin('GET', '/api/v1/analytics/agents');
    expect(await agents.json()).toEqual({ agents: [{ agent: 'planner', count: 1, failures: 0 }] });
    const errors = await collector.admin('GET', '/api/v1/analytics/errors');
    expect(await errors.json()).toMatchObject({ errors: [{ error_type: 'timeout', count: 1 }] });
  });

  it.each<[string, (json: string) => Uint8Array | string, Record<string, string>, number]>([
    ['deflate', deflateSync, { 'content-encoding': 'deflate' }, 202],
    ['gzip', gzipSync, { 'content-encoding': 'gzip' }, 202],
    ['gzip, unpacked on its way', (json) => json, { 'content-encoding': 'gzip' }, 202],
    ['deflate that is none', (json) => json, { 'content-encoding': 'deflate' }, 400],
    ['what nobody knows', (json) => json, { 'content-encoding': 'zip' }, 415],
  ])('takes %s', async (_name, pack, headers, status) => {
    const body = pack(JSON.stringify({ anonymous_id: 'a', events: [event()] }));
    const answer = await collector.post('/api/v1/telemetry/batch', body, { ...BEARER, ...headers });
    expect(answer.status).toBe(status);
  });

  it('gives admins, and nobody else, the single tables', async () => {
    const events = [
      event({
        properties: { command: 'up', success: false, duration_ms: 1000, shim_version: '1.0.0' },
      }),
      event({ event: 'error_occurred', properties: { command: 'up', error_type: 'exit_2' } }),
      event({ event: 'service_enabled', properties: { service_name: 'plex' } }),
    ];
    await collector.post('/api/v1/telemetry/batch', { anonymous_id: 'a', events }, BEARER);
    const table = async (name: string) => {
      expect((await collector.request('GET', `/api/v1/analytics/${name}`)).status).toBe(401);
      return (await collector.admin('GET', `/api/v1/analytics/${name}`)).json();
    };
    expect(await table('agents')).toEqual({ agents: [] });
    expect(await table('versions')).toEqual({ versions: [{ version: '1.0.0', count: 1 }] });
    expect(await table('commands')).toEqual({
      commands: [{ command: 'up', count: 1, failures: 1, failure_rate: 1 }],
    });
    expect(await table('services')).toEqual({
      services: [{ service: 'plex', event: 'service_enabled', count: 1 }],
    });
    expect(await table('errors')).toEqual({
      errors: [{ error_type: 'exit_2', command: 'up', count: 1 }],
    });
    const { performance } = (await table('performance')) as {
      performance: { command: string; median_ms: number }[];
    };
    expect(performance[0]?.median_ms).toBeGreaterThan(950);
    expect(performance[0]?.median_ms).toBeLessThan(1050);
    const csv = await collector.admin('GET', '/api/v1/analytics/services?format=csv');
    expect(await csv.text()).toBe('service,event,count\r\nplex,service_enabled,1\r\n');
  });

  it('takes nothing without a token when anonymous events are off', async () => {
    const closed = await startCollector({ COLLECTOR_ANONYMOUS: '0' });
    try {
      const body = { anonymous_id: 'a', events: [event()] };
      expect((await closed.post('/api/v1/telemetry/batch', body)).status).toBe(401);
      expect((await closed.post('/api/v1/telemetry/batch', body, BEARER)).status).toBe(202);
      expect((await closed.post('/v1/installs', { data: { installation_id: 'a' } })).status).toBe(
        401,
      );
    } finally {
      await closed.stop();
    }
  });
});

describe('installs', () => {
  const data = {
    installation_id: 'inst-1',
    event_type: 'installation_completed',
    properties: { os: 'linux', node_version: '20', package_manager: 'npm', duration_ms: 5000 },
    timestamp: new Date().toISOString(),
  };

  it('anyone may create an event, and gets the stored record', async () => {
    for (const path of ['/v1/events', '/api/v1/events']) {
      const answer = await collector.post(path, { data });
      expect(answer.status).toBe(201);
      expect(await answer.json()).toEqual({
        data: {
          ...data,
          properties: { ...data.properties, success: true },
          id: expect.any(String),
          created_at: expect.any(String),
        },
      });
    }
    const summary = await collector.summary('?project=installs');
    expect(summary.installs).toEqual({ started: 0, completed: 1, failed: 0 });
    expect(summary.shares.os).toEqual([{ name: 'linux', count: 1, share: 1 }]);
  });

  it('takes any type of event, and names in camel case; the same thing has one name', async () => {
    const sent: [object, object][] = [
      [
        { eventType: 'installation_failed', installationId: 'a', id: 'no uuid' },
        { os: 'Windows_NT', nodeVersion: 'v20.11.1', packageManager: 'pnpm/9.1.0', errorType: 'x' },
      ],
      [
        { event_type: 'template_chosen', installation_id: 'b', template: 'react', stage: 'ask' },
        { os: 'win32', node_version: '20.9.0', package_manager: 'PNPM', durationMs: 70 },
      ],
    ];
    for (const [members, properties] of [...sent, ...sent.slice(0, 1)]) {
      const answer = await collector.post('/v1/events', { data: { ...members, properties } });
      expect(answer.status).toBe(201);
    }
    const { shares, events, totals } = await collector.summary('?project=installs');
    expect(totals).toMatchObject({ events: 2, errors: 1 });
    expect(events.map(({ name }: { name: string }) => name)).toEqual([
      'installation_failed',
      'template_chosen',
    ]);
    const one = (name: string, count: number) => [{ name, count, share: 1 }];
    expect(shares).toMatchObject({
      os: one('windows', 2),
      node_major: one('20', 2),
      package_manager: one('pnpm', 2),
      template: one('react', 1),
      stage: one('ask', 1),
    });
    const stored = await collector.admin('GET', '/api/v1/export?project=installs');
    const lines = (await stored.text()).trim().split('\n');
    const first = JSON.parse(lines[0]!) as { properties: object };
    // As it was sent.
    expect(first.properties).toEqual({
      ...sent[0]![1],
      success: false,
      node_version: 'v20.11.1',
      package_manager: 'pnpm',
      error_type: 'x',
    });
  });

  it('an installation that is only registered keeps what it said, and is counted once', async () => {
    const given = {
      installationId: 'r',
      os: 'Darwin',
      nodeVersion: '22.1.0',
      package_manager: 'npm',
      first_seen: '2026-11-01T00:00:00.000Z',
      last_seen: '2026-11-02T00:00:00.000Z',
    };
    const answers: number[] = [];
    for (const path of ['/v1/installs', '/api/v1/installs']) {
      answers.push((await collector.post(path, { data: given })).status);
    }
    expect(answers).toEqual([201, 201]);
    const { totals, shares } = await collector.summary('?project=installs&from=2026-11-01');
    expect(totals).toMatchObject({ events: 1, active_ids: 1 });
    expect(shares.os).toMatchObject([{ name: 'macos', count: 1 }]);
    const { data: kept } = (await (await collector.admin('GET', '/v1/installs/r')).json()) as {
      data: { last_seen: string };
    };
    expect(kept).toMatchObject({
      first_seen: given.first_seen,
      properties: { os: 'Darwin', nodeVersion: '22.1.0', package_manager: 'npm' },
    });
    // Only the collector says when it was seen again.
    expect(kept.last_seen > given.last_seen).toBe(true);
  });

  it('an event is enough for an installation to be known', async () => {
    await collector.post('/v1/events', { data });
    const { data: known } = (await (await collector.admin('GET', '/v1/installs')).json()) as {
      data: unknown;
    };
    expect(known).toMatchObject([{ installation_id: 'inst-1' }]);
  });

  it('creates an installation, then notes that it was seen again', async () => {
    const post = () => collector.post('/v1/installs', { data: { installation_id: 'i' } });
    const first = await post();
    expect(first.status).toBe(201);
    expect((await post()).status).toBe(201);
    const { data: made } = (await first.json()) as { data: { first_seen: string } };
    const { data: seen } = (await (await collector.admin('GET', '/v1/installs/i')).json()) as {
      data: { first_seen: string; last_seen: string };
    };
    expect(seen.first_seen).toBe(made.first_seen);
    expect(seen.last_seen > made.first_seen).toBe(true);
  });

  it('with a token, they are of the project of that token, which is of their kind', async () => {
    const wrong = await collector.post('/v1/events', { data }, BEARER);
    expect(wrong.status).toBe(403);
    expect(await wrong.json()).toMatchObject({ code: 'wrong_kind' });
    const made = await collector.admin('POST', '/api/v1/projects', {
      name: 'create-thing',
      kind: 'installs',
    });
    const { token } = (await made.json()) as { token: string };
    const own = { authorization: `Bearer ${token}` };
    expect((await collector.post('/v1/events', { data }, own)).status).toBe(201);
    expect((await collector.summary('?project=create-thing')).installs.completed).toBe(1);
    expect((await collector.summary()).totals.events).toBe(0);
    // Nor does anything else write there.
    const batch = { api_key: token, batch: [event()] };
    expect((await collector.post('/batch/', batch)).status).toBe(403);
    expect((await collector.summary('?project=create-thing')).totals.events).toBe(1);
    const unknown = { authorization: 'Bearer phc_nobody' };
    expect((await collector.post('/v1/events', { data }, unknown)).status).toBe(401);
  });

  it('an event can be changed: type, time and the properties that are named', async () => {
    const made = await collector.post('/v1/events', { data });
    const { data: record } = (await made.json()) as { data: { id: string; created_at: string } };
    const changes = { eventType: 'installation_failed', nodeVersion: '22.1', stage: 'end' };
    const path = `/api/v1/events/${record.id}?project=installs`;
    const answer = await collector.admin('PATCH', path, { data: changes });
    expect(answer.status).toBe(200);
    const { data: read } = (await (await collector.admin('GET', path)).json()) as { data: object };
    expect(read).toMatchObject({
      id: record.id,
      installation_id: 'inst-1',
      event_type: 'installation_failed',
      timestamp: data.timestamp,
      properties: { os: 'linux', nodeVersion: '22.1', stage: 'end', success: false },
    });
    // Counted once, as it is now.
    const { totals, installs, shares } = await collector.summary('?project=installs');
    expect(totals.events).toBe(1);
    expect(installs).toEqual({ started: 0, completed: 0, failed: 1 });
    expect(shares.node_major).toMatchObject([{ name: '22', count: 1 }]);
    expect((await collector.admin('PATCH', path, { properties: 7 })).status).toBe(400);
    expect((await collector.admin('PATCH', path, { eventType: '' })).status).toBe(400);
  });

  it('only an admin may read, change and delete', async () => {
    const created = await collector.post('/v1/events', { data });
    const { data: record } = (await created.json()) as { data: { id: string } };
    await collector.post('/v1/installs', { data: { installation_id: 'inst-1' } });
    const changed = { data: { event_type: 'installation_failed', properties: { stage: 'end' } } };
    const requests: [string, string, unknown?][] = [
      ['PATCH', `/v1/events/${record.id}`, changed],
      ['GET', '/v1/events'],
      ['GET', `/v1/events/${record.id}`],
      ['GET', '/v1/installs'],
      ['GET', '/v1/installs/inst-1'],
      ['PATCH', '/v1/installs/inst-1', { data: { properties: { a: 1 } } }],
      ['DELETE', '/v1/installs/inst-1'],
      ['DELETE', `/v1/events/${record.id}`],
    ];
    for (const [method, path, body] of requests) {
      expect((await collector.request(method, path, body)).status).toBe(401);
    }
    for (const [method, path, body] of requests) {
      expect((await collector.admin(method, path, body)).status).toBeLessThan(300);
    }
    expect((await collector.admin('GET', '/v1/installs/inst-1')).status).toBe(404);
    expect((await collector.summary()).totals.events).toBe(0);
  });

  it('ten requests a minute and address, ten kilobytes, any origin, POST only', async () => {
    const big = { data: { ...data, properties: { a: 'x'.repeat(10_240) } } };
    expect((await collector.post('/v1/events', big)).status).toBe(413);
    const preflight = await collector.request('OPTIONS', '/v1/events', undefined, {
      origin: 'https://x.example',
      'access-control-request-method': 'POST',
    });
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    expect(preflight.headers.get('access-control-allow-methods')).toBe('POST');
    const statuses: number[] = [];
    for (let n = 0; n < 11; n++) {
      statuses.push(
        (await collector.post('/v1/events', { data: { ...data, uuid: event().uuid } })).status,
      );
    }
    // One of the ten was the large one.
    expect(statuses.filter((status) => status === 201)).toHaveLength(9);
    expect(statuses.at(-1)).toBe(429);
  });

  it.each<[string, unknown]>([
    ['no type', { ...data, event_type: ' ' }],
    ['no id', { ...data, installation_id: '' }],
    ['properties that are none', { ...data, properties: 3 }],
  ])('refuses %s', async (_name, body) => {
    expect((await collector.post('/v1/events', { data: body })).status).toBe(400);
  });

  it('is healthy', async () => {
    const answer = await collector.request('GET', '/api/v1/health');
    expect(answer.status).toBe(200);
  });
});
