// Who may see what: the token, the cookie, other sites, what is published.

import { afterEach, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { ADMIN, batchOf, type Collector, event, startCollector, TOKEN } from './support/collector';

let collector: Collector;
afterEach(async () => {
  await collector.stop();
});

async function logIn(): Promise<string> {
  const answer = await collector.post('/api/v1/login', { token: ADMIN }, { origin: collector.url });
  expect(answer.status).toBe(200);
  return answer.headers.get('set-cookie')!;
}

describe('the admin token', () => {
  it('opens what is closed to everybody else', async () => {
    collector = await startCollector();
    const paths = ['/api/v1/summary', '/api/v1/projects', '/api/v1/dead-letters', '/api/v1/export'];
    for (const path of paths) {
      expect((await collector.request('GET', path)).status).toBe(401);
      for (const token of [TOKEN, `${ADMIN}x`, '']) {
        const wrong = { authorization: `Bearer ${token}` };
        expect((await collector.request('GET', path, undefined, wrong)).status).toBe(401);
      }
      expect((await collector.admin('GET', path)).status).toBe(200);
    }
    expect((await collector.post('/api/v1/forget', { distinct_id: 'a' })).status).toBe(401);
  });

  it('is made at the first start, shown once, and never stored as it is', async () => {
    collector = await startCollector({
      COLLECTOR_ADMIN_TOKEN: undefined,
      COLLECTOR_PROJECT_TOKEN: undefined,
    });
    const token = /admin token: +(\S+)/.exec(collector.output())![1]!;
    expect(/project token: +(phc_\S+)/.exec(collector.output())).not.toBeNull();
    const asAdmin = { authorization: `Bearer ${token}` };
    expect((await collector.request('GET', '/api/v1/summary', undefined, asAdmin)).status).toBe(
      200,
    );
    const { readFileSync, readdirSync } = await import('node:fs');
    for (const name of readdirSync(collector.folder)) {
      expect(readFileSync(`${collector.folder}/${name}`).includes(token)).toBe(false);
    }
  });
});

describe('a session cookie', () => {
  it('is out of reach of scripts and other sites, and signed', async () => {
    collector = await startCollector();
    const cookie = await logIn();
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    const value = cookie.split(';')[0]!;
    const get = (sent: string) =>
      collector.request('GET', '/api/v1/summary', undefined, { cookie: sent });
    expect((await get(value)).status).toBe(200);
    expect((await get(value.replace(/=\d/, '=9'))).status).toBe(401);
    expect((await get(`${value.slice(0, -1)}_`)).status).toBe(401);
    expect((await get('collector_session=')).status).toBe(401);
    expect(
      await (
        await collector.request('GET', '/api/v1/session', undefined, { cookie: value })
      ).json(),
    ).toMatchObject({ admin: true });
  });

  it('changes nothing on behalf of another site', async () => {
    collector = await startCollector();
    const cookie = (await logIn()).split(';')[0]!;
    const forget = (headers: object) =>
      collector.post('/api/v1/forget', { distinct_id: 'nobody' }, { cookie, ...headers });
    expect((await forget({ origin: 'https://evil.example' })).status).toBe(401);
    expect((await forget({})).status).toBe(401);
    expect((await forget({ origin: 'null' })).status).toBe(401);
    expect((await forget({ origin: collector.url })).status).toBe(200);
    const other = await collector.post(
      '/api/v1/login',
      { token: ADMIN },
      { origin: 'https://evil.example' },
    );
    expect(other.status).toBe(403);
  });

  it('cannot be guessed: ten attempts a minute', async () => {
    collector = await startCollector();
    const statuses: number[] = [];
    for (let n = 0; n < 12; n++) {
      statuses.push((await collector.post('/api/v1/login', { token: `guess-${n}` })).status);
    }
    expect(statuses.slice(0, 10).every((status) => status === 401)).toBe(true);
    expect(statuses.slice(10)).toEqual([429, 429]);
  });
});

describe('the live feed', () => {
  const watch = (headers: Record<string, string>) =>
    new Promise<WebSocket>((done, fail) => {
      const socket = new WebSocket(`${collector.url.replace('http', 'ws')}/api/v1/live`, {
        headers,
      });
      socket.on('open', () => done(socket));
      socket.on('error', fail);
    });

  it('tells an admin of new events, without ids', async () => {
    collector = await startCollector();
    const socket = await watch({ authorization: `Bearer ${ADMIN}` });
    const message = new Promise<string>((done) =>
      socket.on('message', (text) => done(String(text))),
    );
    await collector.post('/batch/', batchOf(event({ distinct_id: 'secret-id' })));
    const text = await message;
    expect(JSON.parse(text)).toMatchObject({
      events: [{ event: 'command_executed', command: 'up', success: true }],
    });
    expect(text).not.toContain('secret-id');
    socket.close();
  });

  it('tells nobody else, and no other site with an admin’s cookie', async () => {
    collector = await startCollector();
    const cookie = (await logIn()).split(';')[0]!;
    await expect(watch({})).rejects.toThrow('401');
    await expect(watch({ cookie, origin: 'https://evil.example' })).rejects.toThrow('401');
    (await watch({ cookie, origin: collector.url })).close();
  });
});

describe('projects', () => {
  it('are apart: tokens, numbers, uuids', async () => {
    collector = await startCollector();
    const made = await collector.admin('POST', '/api/v1/projects', {
      name: 'second',
      retention_days: 7,
    });
    expect(made.status).toBe(201);
    const { token } = (await made.json()) as { token: string };
    const one = event();
    await collector.post('/batch/', batchOf(one));
    await collector.post('/batch/', { api_key: token, batch: [one, event()] });
    expect((await collector.summary()).totals.events).toBe(1);
    expect((await collector.summary('?project=second')).totals.events).toBe(2);
    expect((await collector.admin('GET', '/api/v1/summary?project=none')).status).toBe(404);
    expect((await collector.admin('POST', '/api/v1/projects', { name: 'second' })).status).toBe(
      409,
    );
    const old = new Date(Date.now() - 8 * 86_400_000).toISOString();
    const late = { api_key: token, batch: [event({ timestamp: old })] };
    expect((await collector.post('/batch/', late)).status).toBe(400);
    await collector.admin('PATCH', '/api/v1/projects/second', { retention_days: 30 });
    expect((await collector.post('/batch/', late)).status).toBe(200);
    const replay = await collector.admin('POST', '/api/v1/dead-letters/replay');
    expect(await replay.json()).toEqual({ replayed: 1, left: 0, reasons: {} });
    expect((await collector.summary('?project=second')).totals.events).toBe(3);
  });

  it.each(['from=2026-02-30', 'from=x', 'from=2026-02-02&to=2026-02-01', 'from=1900-01-01'])(
    'a range that is none (%s) is refused',
    async (query) => {
      collector = await startCollector();
      expect((await collector.admin('GET', `/api/v1/summary?${query}`)).status).toBe(400);
    },
  );
});
