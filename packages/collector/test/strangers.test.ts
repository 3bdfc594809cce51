// Strangers: they can neither learn, nor spoil, nor stop anything that belongs to others.

import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import { openStore } from '../src/store/open';
import { openDatabase } from '../src/store/sqlite/database';
import {
  ADMIN,
  batchOf,
  type Collector,
  command,
  event,
  makeFolder,
  startCollector,
  TOKEN,
} from './support/collector';

let collector: Collector;
afterEach(async () => {
  await collector?.stop();
});

const BEARER = { authorization: `Bearer ${TOKEN}` };
const logIn = async (headers: object = {}) =>
  collector.post('/api/v1/login', { token: 'a guess' }, headers);

describe('behind a proxy', () => {
  it('a client cannot choose its own address: only what the proxy added is believed', async () => {
    collector = await startCollector({ COLLECTOR_TRUST_PROXY: '1' });
    const statuses: number[] = [];
    for (let n = 0; n < 14; n++) {
      const { status } = await logIn({ 'x-forwarded-for': `198.51.100.${n}, 203.0.113.1` });
      statuses.push(status);
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.slice(10)).toEqual([429, 429, 429, 429]);
    // Another client of the same proxy has attempts of its own.
    expect((await logIn({ 'x-forwarded-for': '203.0.113.2' })).status).toBe(401);
  });

  it('two hops are two, and networks are believed only where they are', async () => {
    collector = await startCollector({ COLLECTOR_TRUST_PROXY: '2' });
    for (let n = 0; n < 10; n++) {
      await logIn({ 'x-forwarded-for': `198.51.100.${n}, 203.0.113.1, 10.0.0.1` });
    }
    expect((await logIn({ 'x-forwarded-for': '203.0.113.1, 10.0.0.1' })).status).toBe(429);
    expect((await logIn({ 'x-forwarded-for': '203.0.113.2, 10.0.0.1' })).status).toBe(401);
    await collector.stop();

    collector = await startCollector({ COLLECTOR_TRUST_PROXY: 'loopback, 10.0.0.0/8' });
    for (let n = 0; n < 10; n++) {
      await logIn({ 'x-forwarded-for': `198.51.100.${n}, 203.0.113.1, 10.0.0.1` });
    }
    expect((await logIn({ 'x-forwarded-for': '203.0.113.1, 10.0.0.7' })).status).toBe(429);
    await collector.stop();

    collector = await startCollector({ COLLECTOR_TRUST_PROXY: '10.0.0.0/8' });
    for (let n = 0; n < 10; n++) await logIn({ 'x-forwarded-for': `198.51.100.${n}` });
    expect((await logIn({ 'x-forwarded-for': '198.51.100.99' })).status).toBe(429);
  });

  it('the addresses of one IPv6 network are one client', async () => {
    collector = await startCollector({ COLLECTOR_TRUST_PROXY: '1' });
    for (let n = 0; n < 10; n++) await logIn({ 'x-forwarded-for': `2001:db8:1:2:${n}::7` });
    expect((await logIn({ 'x-forwarded-for': '2001:db8:1:2::ffff' })).status).toBe(429);
    expect((await logIn({ 'x-forwarded-for': '2001:db8:1:3::1' })).status).toBe(401);
  });

  it.each(['true', 'yes', '*', '0.0.0.0/0', 'my-proxy', '1.2.3.4/40', '99'])(
    'COLLECTOR_TRUST_PROXY=%s is refused at the start, with what to say instead',
    async (value) => {
      const folder = makeFolder();
      const { status, stderr } = await command(['serve'], folder.path, {
        COLLECTOR_TRUST_PROXY: value,
      });
      folder.remove();
      expect(status).toBe(1);
      expect(stderr).toContain('COLLECTOR_TRUST_PROXY: ');
      expect(stderr).toContain('use the number of reverse proxies in front');
    },
  );
});

describe('guesses at the admin token', () => {
  it('in a header are few for an address, and cost others nothing', async () => {
    collector = await startCollector({ COLLECTOR_TRUST_PROXY: '1' });
    const ask = async (token: string, address: string, path = '/api/v1/summary') => {
      const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': address };
      return (await collector.request('GET', path, undefined, headers)).status;
    };
    const statuses: number[] = [];
    // On whatever route: they are counted together, with those of the form.
    for (const path of ['/api/v1/summary', '/metrics', '/api/v1/projects', '/api/v1/export']) {
      for (let n = 0; n < 2; n++) statuses.push(await ask(`guess-${n}`, '203.0.113.1', path));
    }
    for (let n = 0; n < 2; n++) {
      statuses.push((await logIn({ 'x-forwarded-for': '203.0.113.1' })).status);
    }
    expect(statuses).toEqual(Array(10).fill(401));
    expect(await ask('guess', '203.0.113.1')).toBe(429);
    // The right one is not told from a wrong one.
    expect(await ask(ADMIN, '203.0.113.1')).toBe(429);
    expect(await ask(ADMIN, '203.0.113.2')).toBe(200);
  });

  it('do not end the session of whoever is signed in at the same address', async () => {
    collector = await startCollector();
    const origin = { origin: collector.url };
    const signedIn = await collector.post('/api/v1/login', { token: ADMIN }, origin);
    const cookie = signedIn.headers.get('set-cookie')!.split(';')[0]!;
    for (let n = 0; n < 12; n++) {
      await collector.request('GET', '/metrics', undefined, { authorization: `Bearer x${n}` });
    }
    const summary = await collector.request('GET', '/api/v1/summary', undefined, { cookie });
    expect(summary.status).toBe(200);
  });
});

describe('/metrics', () => {
  it('is for admins: no proxy on this machine opens it to strangers', async () => {
    collector = await startCollector();
    const port = Number(new URL(collector.url).port);
    const get = (...lines: string[]) =>
      raw(port, ['GET /metrics HTTP/1.1', 'connection: close', ...lines, '', ''].join('\r\n'));
    // As nginx sends it where nothing is set: with the collector's own address, and no word of a client.
    const plain = `host: 127.0.0.1:${port}`;
    expect(await get(plain)).toMatch(/^HTTP\/1\.1 401/);
    for (const name of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip', 'cf-connecting-ip']) {
      expect(await get(plain, `${name}: 203.0.113.1`), name).toMatch(/^HTTP\/1\.1 401/);
    }
    // As HAProxy does, with the host that the client wrote; or a page under a name that it made up.
    expect(await get('host: localhost')).toMatch(/^HTTP\/1\.1 401/);
    expect(await get('host: evil.example')).toMatch(/^HTTP\/1\.1 401/);
    expect(await get(plain, `authorization: Bearer ${ADMIN}`)).toMatch(/^HTTP\/1\.1 200/);
  });
});

describe('totals', () => {
  it('are for admins, whatever is published', async () => {
    collector = await startCollector({ COLLECTOR_WAREHOUSE: 'duckdb' });
    await collector.admin('PATCH', '/api/v1/projects/1', { public: true });
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    await collector.post('/batch/', batchOf(...ids.map((id) => event({ distinct_id: id }))));
    const answer = await collector.request('GET', '/api/v1/telemetry/stats');
    expect(answer.status).toBe(401);
    expect(await answer.text()).not.toContain('6');
    const stats = await collector.admin('GET', '/api/v1/telemetry/stats');
    expect(await stats.json()).toEqual({ events: 6, ids: 6 });
  });
});

describe('clients without a token', () => {
  const body = () => ({ anonymous_id: 'a', events: [event()] });
  const send = (headers: object = {}) => collector.post('/api/v1/telemetry/batch', body(), headers);

  it('have projects of their own, made for the first of them, and change no number of others', async () => {
    collector = await startCollector();
    const names = async () => {
      const answer = await collector.admin('GET', '/api/v1/projects');
      const { projects } = (await answer.json()) as { projects: { name: string; kind: string }[] };
      return projects.map(({ name, kind }) => `${name}: ${kind}`);
    };
    expect(await names()).toEqual(['default: cli']);
    const all = await Promise.all([send(), send(), send()]);
    expect(all.map(({ status }) => status)).toEqual([202, 202, 202]);
    await collector.post('/v1/events', {
      data: { installation_id: 'i', event_type: 'installation_started' },
    });
    await collector.post('/v1/installs', { data: { installation_id: 'i' } });
    expect(await names()).toEqual(['default: cli', 'agents: agents', 'installs: installs']);
    expect((await collector.summary()).totals.events).toBe(0);
    expect((await collector.summary('?project=agents')).totals.events).toBe(3);
    expect((await collector.summary('?project=installs')).totals.events).toBe(2);
    const installs = await collector.admin('GET', '/v1/installs');
    expect(await installs.json()).toMatchObject({ data: [{ installation_id: 'i' }] });
    expect(await (await collector.admin('GET', '/v1/installs?project=default')).json()).toEqual({
      data: [],
    });
  });

  it('have the same ones after a restart, whatever their names have become', async () => {
    const folder = makeFolder();
    collector = await startCollector({}, { folder: folder.path });
    await send();
    await collector.admin('PATCH', '/api/v1/projects/agents', { name: 'reporters' });
    await collector.stop();
    collector = await startCollector({}, { folder: folder.path });
    await send();
    expect((await collector.summary('?project=reporters')).totals.events).toBe(2);
    const projects = (await (await collector.admin('GET', '/api/v1/projects')).json()) as {
      projects: unknown[];
    };
    expect(projects.projects).toHaveLength(2);
    folder.remove();
  });

  it('have ten requests a minute; with a token there is no such limit', async () => {
    collector = await startCollector();
    const statuses: number[] = [];
    for (let n = 0; n < 12; n++) statuses.push((await send()).status);
    expect(statuses).toEqual([...Array(10).fill(202), 429, 429]);
    for (let n = 0; n < 12; n++) expect((await send(BEARER)).status).toBe(202);
  });

  it.each<[string, Record<string, string>, number]>([
    ['beyond loopback', { COLLECTOR_HOST: '0.0.0.0' }, 401],
    ['behind a proxy', { COLLECTOR_TRUST_PROXY: '1' }, 401],
    ['beyond loopback, switched on', { COLLECTOR_HOST: '0.0.0.0', COLLECTOR_ANONYMOUS: '1' }, 202],
    ['on loopback, switched off', { COLLECTOR_ANONYMOUS: '0' }, 401],
  ])('%s: %o is answered with %i', async (_name, env, status) => {
    collector = await startCollector(env);
    const url = collector.url.replace('0.0.0.0', '127.0.0.1');
    const answer = await fetch(`${url}/api/v1/telemetry/batch`, {
      method: 'POST',
      body: JSON.stringify(body()),
    });
    expect(answer.status).toBe(status);
    expect(
      (await (await collector.admin('GET', '/api/v1/projects')).text()).match(/"id"/g),
    ).toHaveLength(status === 202 ? 2 : 1);
  });

  it('see nothing of an installation that is known, and change nothing of it', async () => {
    collector = await startCollector();
    const owner = { installation_id: 'i', properties: { plan: 'mine', os: 'linux' } };
    const first = await collector.post('/v1/installs', { data: owner });
    const stranger = await collector.post('/v1/installs', {
      data: { installation_id: 'i', properties: { plan: 'spoiled' } },
    });
    expect([first.status, stranger.status]).toEqual([201, 201]);
    // What was sent, and no more than the first was told.
    const [told, spoiled] = [await first.json(), await stranger.json()] as { data: object }[];
    expect(spoiled).toMatchObject({ data: { properties: { plan: 'spoiled' } } });
    expect(Object.keys(spoiled!.data)).toEqual(
      Object.keys(told!.data).filter((name) => name !== 'os'),
    );
    const stored = await collector.admin('GET', '/v1/installs/i');
    expect(await stored.json()).toMatchObject({ data: owner });
  });
});

describe('unknown tokens', () => {
  it('leave a number, and push out no dead letter of a project', async () => {
    collector = await startCollector();
    await collector.post('/batch/', batchOf(event({ event: 17 })));
    const nobody = { api_key: 'phc_nobody', batch: [event()] };
    // More than ever were kept at once.
    const COUNT = 10_200;
    for (let sent = 0; sent < COUNT; sent += 50) {
      await Promise.all(Array.from({ length: 50 }, () => collector.post('/e/', nobody)));
    }
    const { dead_letters: letters } = (await (
      await collector.admin('GET', '/api/v1/dead-letters?limit=1000')
    ).json()) as { dead_letters: { reason: string }[] };
    expect(letters.map(({ reason }) => reason)).toEqual(['missing_event']);
    const metrics = await (await collector.admin('GET', '/metrics')).text();
    expect(metrics).toContain(`rejected_total{reason="unknown_token"} ${COUNT}`);
  }, 120_000);
});

describe('dead letters', () => {
  it('of one project push out none of another', async () => {
    const folder = makeFolder();
    const letter = (projectId: number) =>
      ({ projectId, dialect: 'd', reason: 'too_large', payload: null, distinctId: null }) as const;
    const fill = async (project: number, count: number) => {
      const store = await openStore({ dataFolder: folder.path });
      const letters = Array.from({ length: count }, () => letter(project));
      await store.append(null, [], letters, Date.now());
      const lists = [1, 2].map((id) => store.deadLetters.list(id, 0, 100_000));
      const counts = (await Promise.all(lists)).map((list) => list.length);
      await store.close();
      return counts;
    };
    await fill(2, 1);
    expect(await fill(1, 6_000)).toEqual([6_000, 1]);
    const [kept, other] = await fill(1, 6_000); // counted from the database after a restart
    expect(kept).toBeLessThan(10_100);
    expect(kept).toBeGreaterThanOrEqual(10_000);
    expect(other).toBe(1);
    folder.remove();
  });
});

describe('a request that makes no sense', () => {
  it.each([
    '/e/?compression=gzip&compression=gzip',
    '/e/?data=a&data=b',
    '/flags?config=1&config=2',
  ])('%s is a clear 400', async (path) => {
    collector = await startCollector();
    const answer = await collector.post(path, batchOf(event()));
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'repeated_parameter' });
  });
});

describe('a mistake of ours', () => {
  it('is a 500 with a line in the log, not the client’s fault', async () => {
    collector = await startCollector();
    const db = openDatabase(`${collector.folder}/collector.db`);
    db.exec('DROP TABLE active_counts');
    db.close();
    const answer = await collector.admin('GET', '/api/v1/summary');
    expect(answer.status).toBe(500);
    expect(await answer.json()).toMatchObject({ code: 'internal_error' });
    expect(collector.output()).toContain('unexpected');
    expect(collector.output()).toContain('active_counts');
  });
});

describe('an admin’s mistake', () => {
  it('has a status of its own, and is not to be sent again', async () => {
    collector = await startCollector();
    await collector.admin('POST', '/api/v1/projects', { name: 'second' });
    const requests: [string, string, unknown, number, string][] = [
      ['DELETE', `/v1/events/${event().uuid}`, undefined, 404, 'not_found'],
      ['PATCH', '/api/v1/projects/second', { name: 'default' }, 409, 'name_taken'],
      ['POST', '/api/v1/projects', { name: 'second' }, 409, 'name_taken'],
    ];
    for (const [method, path, body, status, code] of requests) {
      const answer = await collector.admin(method, path, body);
      expect(answer.status, path).toBe(status);
      expect(await answer.json()).toMatchObject({ code });
      expect(answer.headers.get('retry-after')).toBeNull();
    }
    expect(
      (await collector.admin('PATCH', '/api/v1/projects/second', { name: 'second' })).status,
    ).toBe(200);
    // Two at once: the second finds the name taken inside its transaction.
    const both = await Promise.all(
      [1, 2].map(() => collector.admin('POST', '/api/v1/projects', { name: 'third' })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
  });
});

describe('signing out', () => {
  it('ends the cookie here, for whoever has a copy, and also after a restart', async () => {
    const folder = makeFolder();
    collector = await startCollector({}, { folder: folder.path });
    const cookieOf = async () => {
      const answer = await collector.post(
        '/api/v1/login',
        { token: ADMIN },
        { origin: collector.url },
      );
      return answer.headers.get('set-cookie')!.split(';')[0]!;
    };
    const statusOf = async (cookie: string) =>
      (await collector.request('GET', '/api/v1/summary', undefined, { cookie })).status;
    const [ended, other] = [await cookieOf(), await cookieOf()];
    expect(await statusOf(ended)).toBe(200);
    const socket = new WebSocket(`${collector.url.replace('http', 'ws')}/api/v1/live`, {
      headers: { cookie: ended, origin: collector.url },
    });
    await new Promise((done) => socket.on('open', done));
    const closed = new Promise((done) => socket.on('close', done));
    const out = await collector.post('/api/v1/logout', '', {
      cookie: ended,
      origin: collector.url,
    });
    expect(out.status).toBe(200);
    expect(await statusOf(ended)).toBe(401);
    await closed;
    expect(await statusOf(other)).toBe(200);
    await collector.stop();
    collector = await startCollector({}, { folder: folder.path });
    expect(await statusOf(ended)).toBe(401);
    expect(await statusOf(other)).toBe(200);
    folder.remove();
  });
});

/** Everything that a connection answers until it is closed. */
function raw(port: number, ...pieces: string[]): Promise<string> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (piece) => {
      text += piece;
    });
    socket.on('error', () => {});
    socket.on('close', () => done(text));
    for (const piece of pieces) socket.write(piece);
  });
}

describe('slow clients', () => {
  it.each<[string, string]>([
    ['headers', 'POST /batch/ HTTP/1.1\r\nhost: x\r\nx-slow: '],
    ['a body', 'POST /batch/ HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n{'],
  ])(
    'that drip %s are cut off after the time that is set, though never idle',
    async (_name, start) => {
      collector = await startCollector({ COLLECTOR_REQUEST_TIMEOUT_MS: '1000' });
      const socket = connect(Number(new URL(collector.url).port), '127.0.0.1');
      const beganMs = performance.now();
      const closed = new Promise<number>((done) => {
        socket.on('error', () => {});
        socket.on('close', () => done(performance.now() - beganMs));
      });
      socket.resume();
      socket.write(start);
      const drip = setInterval(() => socket.write('a'), 100);
      const waited = await Promise.race([
        closed,
        new Promise<number>((done) => setTimeout(done, 8_000, Number.POSITIVE_INFINITY)),
      ]);
      clearInterval(drip);
      socket.destroy();
      expect(waited).toBeLessThan(4_000);
    },
  );
});

describe('the end', () => {
  it('does not wait for a slow reader of an export: exit 0, and soon', async () => {
    collector = await startCollector();
    for (let n = 0; n < 10; n++) {
      const batch = Array.from({ length: 400 }, () =>
        event({ properties: { pad: 'x'.repeat(9_000) } }),
      );
      expect((await collector.post('/batch/', batchOf(...batch))).status).toBe(200);
    }
    const socket = connect(Number(new URL(collector.url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.write(
      `GET /api/v1/export HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${ADMIN}\r\n\r\n`,
    );
    await new Promise((done) => socket.once('readable', done)); // and never reads on
    const beganMs = performance.now();
    const { status, signal } = await collector.stop('SIGTERM');
    expect({ status, signal }).toEqual({ status: 0, signal: null });
    expect(performance.now() - beganMs).toBeLessThan(5_000);
    socket.destroy();
  });

  it('does not wait for ever for a body: exit 0', async () => {
    collector = await startCollector();
    const socket = connect(Number(new URL(collector.url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.write('POST /batch/ HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n{');
    await vi.waitFor(async () =>
      expect((await collector.request('GET', '/api/v1/health')).status).toBe(200),
    );
    const { status } = await collector.stop('SIGTERM');
    expect(status).toBe(0);
    socket.destroy();
  });
});
