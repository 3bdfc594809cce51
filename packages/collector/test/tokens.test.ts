// Tokens with scopes: what each opens, that one project is a wall, and that a revoked one ends at once.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { SqliteStore } from '../src/store/sqlite/store';
import {
  batchOf,
  type Collector,
  event,
  makeFolder,
  startCollector,
  TOKEN,
} from './support/collector';
import { makeFolderOf100 } from './support/folder-1.0.0';

/** In every event, installation and dead letter of the other project. */
const PLANTED = 'planted-in-b';

let collector: Collector;
let a: number;
let b: number;
beforeEach(async () => {
  collector = await startCollector();
  const made = async (name: string) => {
    const answer = await collector.admin('POST', '/api/v1/projects', { name, kind: 'agents' });
    return (await answer.json()) as { id: number; token: string };
  };
  const [first, second] = [await made('a'), await made(PLANTED)];
  [a, b] = [first.id, second.id];
  const batch = [
    event({ event: PLANTED, distinct_id: PLANTED, properties: { command: PLANTED } }),
    event({ event: 7, distinct_id: PLANTED }),
  ];
  await collector.post('/batch/', { api_key: second.token, batch });
  await collector.post('/batch/', {
    api_key: first.token,
    batch: [event({ distinct_id: 'of-a' })],
  });
});
afterEach(async () => {
  await collector.stop();
});

interface Made {
  readonly id: number;
  readonly token: string;
}
async function make(scope: string, project: number | undefined = a): Promise<Made> {
  const answer = await collector.admin('POST', '/api/v1/tokens', { scope, project, label: 'test' });
  expect(answer.status).toBe(201);
  return (await answer.json()) as Made;
}
const as = (token: string, method: string, path: string, body?: unknown) =>
  collector.request(method, path, body, { authorization: `Bearer ${token}` });

describe('a token', () => {
  const SEEN = [
    '/api/v1/summary',
    '/api/v1/analytics/commands',
    '/api/v1/analytics/agents?format=csv',
    '/api/v1/telemetry/stats',
    '/api/v1/export',
    '/api/v1/export?format=csv',
    '/api/v1/projects',
    '/v1/events',
    '/api/v1/installs',
  ];
  const CHANGED = ['/api/v1/dead-letters', '/api/v1/dead-letters/export', '/api/v1/tokens'];

  it('to read sees its project and no byte of another, and changes nothing', async () => {
    const { token } = await make('read');
    for (const path of SEEN) {
      const answer = await as(token, 'GET', path);
      expect(answer.status, path).toBe(200);
      expect(await answer.text(), path).not.toContain(PLANTED);
      for (const other of [b, PLANTED]) {
        const named = `${path}${path.includes('?') ? '&' : '?'}project=${other}`;
        const refused = await as(token, 'GET', named);
        // A list of projects is not asked for one.
        if (!path.endsWith('/projects')) expect(refused.status, named).toBe(404);
        expect((await refused.text()).replaceAll(`"${other}"`, ''), named).not.toContain(PLANTED);
      }
    }
    const changes: [string, string, unknown?][] = [
      ...CHANGED.map((path): [string, string] => ['GET', path]),
      ['GET', '/metrics'],
      ['POST', '/api/v1/projects', { name: 'c' }],
      ['PATCH', `/api/v1/projects/${a}`, { name: 'c' }],
      ['DELETE', `/api/v1/projects/${a}?name=a`],
      ['POST', '/api/v1/tokens', { scope: 'read' }],
      ['POST', '/api/v1/forget', { distinct_id: 'of-a' }],
      ['POST', '/api/v1/dead-letters/replay'],
      ['DELETE', `/v1/events/${event().uuid}`],
    ];
    for (const [method, path, body] of changes) {
      expect((await as(token, method, path, body)).status, `${method} ${path}`).toBe(403);
    }
    expect((await collector.post('/batch/', { api_key: token, batch: [event()] })).status).toBe(
      401,
    );
  });

  it('of a project’s admin changes it, and nothing of another', async () => {
    const { token } = await make('admin');
    for (const path of [...SEEN, ...CHANGED]) {
      const answer = await as(token, 'GET', path);
      expect(answer.status, path).toBe(200);
      expect(await answer.text(), path).not.toContain(PLANTED);
    }
    const other = await make('read', b);
    const letters = await collector.admin('GET', `/api/v1/dead-letters?project=${b}`);
    const [letter] = ((await letters.json()) as { dead_letters: { id: number }[] }).dead_letters;
    const forbidden: [string, string, unknown, number][] = [
      ['PATCH', `/api/v1/projects/${b}`, { name: 'c' }, 404],
      ['DELETE', `/api/v1/projects/${b}?name=${PLANTED}`, undefined, 404],
      ['POST', '/api/v1/projects', { name: 'c' }, 403],
      ['POST', '/api/v1/tokens', { scope: 'read', project: b }, 404],
      ['DELETE', `/api/v1/tokens/${other.id}`, undefined, 404],
      ['POST', `/api/v1/tokens/${other.id}/rotate`, undefined, 404],
      ['DELETE', `/api/v1/dead-letters/${letter!.id}`, undefined, 404],
      ['POST', '/api/v1/forget', { distinct_id: PLANTED, project: b }, 404],
      ['GET', '/metrics', undefined, 403],
    ];
    for (const [method, path, body, status] of forbidden) {
      expect((await as(token, method, path, body)).status, `${method} ${path}`).toBe(status);
    }
    // Without a project named, it is its own.
    await as(token, 'POST', '/api/v1/forget', { distinct_id: PLANTED });
    expect((await collector.summary(`?project=${b}`)).totals.events).toBe(1);
    const own = await as(token, 'POST', '/api/v1/tokens', { scope: 'admin' });
    expect(await own.json()).toMatchObject({ project: a, scope: 'admin' });
    expect((await as(token, 'PATCH', `/api/v1/projects/${a}`, { name: 'c' })).status).toBe(200);
  });

  it('to write only writes', async () => {
    const { token } = await make('write');
    expect((await collector.post('/batch/', { api_key: token, batch: [event()] })).status).toBe(
      200,
    );
    for (const path of [...SEEN, ...CHANGED]) {
      expect((await as(token, 'GET', path)).status, path).toBe(401);
    }
    expect((await collector.post('/api/v1/login', { token })).status).toBe(401);
  });

  it('of all projects is an admin’s, beside that of the settings', async () => {
    const made = await collector.admin('POST', '/api/v1/tokens', { scope: 'admin' });
    const { token } = (await made.json()) as Made;
    expect((await as(token, 'GET', '/metrics')).status).toBe(200);
    expect(await (await as(token, 'GET', '/api/v1/projects')).text()).toContain(PLANTED);
  });
});

describe('a token that is revoked, or has another in its place', () => {
  const end: [string, (id: number) => Promise<Response>][] = [
    ['revoked', (id) => collector.admin('DELETE', `/api/v1/tokens/${id}`)],
    ['rotated', (id) => collector.admin('POST', `/api/v1/tokens/${id}/rotate`)],
  ];
  it.each(end)('%s: counts for nothing at once, nor does what began with it', async (_n, endIt) => {
    const { id, token } = await make('read');
    const answer = await collector.post('/api/v1/login', { token }, { origin: collector.url });
    const cookie = answer.headers.get('set-cookie')!.split(';')[0]!;
    const signedIn = async () => {
      const session = await collector.request('GET', '/api/v1/session', undefined, { cookie });
      return (await session.json()) as object;
    };
    expect(await signedIn()).toEqual({ signed_in: true, admin: false, scope: 'read', project: a });
    const ofCookie = await collector.request('GET', '/api/v1/summary', undefined, { cookie });
    expect(await ofCookie.json()).toMatchObject({ project: { id: a } });
    const socket = new WebSocket(`${collector.url.replace('http', 'ws')}/api/v1/live`, {
      headers: { authorization: `Bearer ${token}` },
    });
    await new Promise((done) => socket.on('open', done));
    const closed = new Promise((done) => socket.on('close', done));

    const ended = await endIt(id);
    await closed;
    expect((await as(token, 'GET', '/api/v1/summary')).status).toBe(401);
    expect(await signedIn()).toMatchObject({ signed_in: false });
    if (ended.status === 200) {
      const { token: next } = (await ended.json()) as Made;
      expect((await as(next, 'GET', '/api/v1/summary')).status).toBe(200);
    }
  });

  it('to write: nothing more arrives with it', async () => {
    const { id, token } = await make('write');
    const send = () => collector.post('/batch/', { api_key: token, batch: [event()] });
    expect((await send()).status).toBe(200);
    await collector.admin('DELETE', `/api/v1/tokens/${id}`);
    expect((await send()).status).toBe(401);
  });
});

it('a collector starts when the token of its settings was revoked, and says so', async () => {
  const folder = makeFolder();
  const first = await startCollector({}, { folder: folder.path });
  await first.admin('DELETE', '/api/v1/tokens/1');
  await first.stop();
  const again = await startCollector({}, { folder: folder.path });
  expect((await again.post('/batch/', batchOf(event()))).status).toBe(401);
  expect(again.output()).toContain('COLLECTOR_PROJECT_TOKEN is no token');
  await again.stop();
  folder.remove();
});

it('tokens are in no file, no list and no log; a hint tells them apart', async () => {
  const made = [await make('read'), await make('write'), await make('admin')];
  const list = await (await collector.admin('GET', `/api/v1/tokens?project=${a}`)).text();
  const texts = readdirSync(collector.folder).map((name) =>
    readFileSync(join(collector.folder, name), 'latin1'),
  );
  for (const { token } of made) {
    for (const text of [...texts, list, collector.output()]) expect(text).not.toContain(token);
    expect(list).toContain(`"hint":"${token.slice(-4)}"`);
  }
});

it('the live feed of a project’s token tells nothing of others', async () => {
  const { token } = await make('read');
  const write = await make('write', b);
  const own = await make('write');
  const socket = new WebSocket(`${collector.url.replace('http', 'ws')}/api/v1/live`, {
    headers: { authorization: `Bearer ${token}` },
  });
  await new Promise((done) => socket.on('open', done));
  const told = new Promise<string>((done) => socket.on('message', (data) => done(String(data))));
  await collector.post('/batch/', { api_key: write.token, batch: [event({ event: PLANTED })] });
  await collector.post('/batch/', { api_key: own.token, batch: [event()] });
  const message = JSON.parse(await told) as { events: { project: number }[]; more: number };
  expect(message.events.map(({ project }) => project)).toEqual([a]);
  expect(message.more).toBe(0);
  socket.close();
});

it('tokens of 1.0.0 count after the migration, and are in clear no longer', () => {
  const folder = makeFolder();
  makeFolderOf100(folder.path);
  const store = new SqliteStore(folder.path);
  expect(store.projects.byToken(TOKEN)).toMatchObject({ id: 1, kind: 'cli' });
  expect(store.tokens.list(1)).toMatchObject([{ scope: 'write', hint: '' }]);
  const rows = ['projects', 'tokens'].flatMap((table) =>
    store.db.prepare(`SELECT * FROM ${table}`).all(),
  );
  expect(JSON.stringify(rows)).not.toContain(TOKEN);
  store.db.close();
  folder.remove();
});
