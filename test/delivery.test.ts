// Delivery: what counts as delivered, what is tried again, what is dropped, and when it pauses.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Status } from '../src/commands/status';
import type { Host } from './support/host';
import { lockOf, makeProject } from './support/project';
import { BUNDLE, cleanEnv } from './support/run';
import { type Behaviour, type Server, startServer } from './support/server';

const TRACK = ['track', 'service_started', 'service_name=plex'];
const answer =
  (status: number, body = '', headers: Record<string, string> = {}): Behaviour =>
  (_request, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };

let host: Host;
let server: Server;
let env: Record<string, string>;
beforeEach(async () => {
  [host, server] = await Promise.all([makeProject(lockOf('1')), startServer()]);
  env = {
    POSTHOG_API_KEY: 'phc_test',
    POSTHOG_HOST: server.url,
    ONRAMP_ANALYTICS_TIMEOUT_MS: '10000',
  };
});
afterEach(async () => {
  await server.close();
  host.remove();
});

const status = async (): Promise<Status> =>
  JSON.parse((await host.shim(['status', '--json'], env)).stdout);
const recordOnly = (name: string) =>
  host.shim(['track', 'service_started', `service_name=${name}`], {
    ONRAMP_ANALYTICS_SENDER: 'none',
  });
const quiet = { status: 0, stdout: '', stderr: '' };

describe('only 200 with no web page is a delivery; after', () => {
  const cases: [string, Behaviour, outcome: string][] = [
    ['201', answer(201), 'failed'],
    ['204', answer(204), 'failed'],
    ['302', answer(302, '', { location: '/elsewhere' }), 'failed'],
    ['401', answer(401), 'failed'],
    ['403', answer(403), 'failed'],
    ['404', answer(404), 'failed'],
    ['429', answer(429), 'failed'],
    ['500', answer(500), 'failed'],
    ['503', answer(503), 'failed'],
    ['200 and HTML', answer(200, '<html>Log in</html>', { 'content-type': 'text/html' }), 'failed'],
    [
      '200 and HTML that claims to be JSON',
      answer(200, ' <!doctype html>', { 'content-type': 'application/json' }),
      'failed',
    ],
    [
      'an answer that is cut off',
      (_r, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{');
        setImmediate(() => response.destroy());
      },
      'failed',
    ],
    ['a connection that is cut', (_r, response) => void response.destroy(), 'failed'],
  ];
  it.each(cases)(
    '%s the event waits, and arrives later with the same uuid and time',
    async (_what, behaviour, outcome) => {
      server.behave(behaviour);
      expect(await host.shim(TRACK, env)).toMatchObject(quiet);
      expect(await status()).toMatchObject({ waiting: 1, last_delivery: { outcome, events: 1 } });
      expect(server.requests).toHaveLength(1);
      server.behave(answer(200, '{"status":1}'));
      expect(await host.shim(['flush'], env)).toMatchObject(quiet);
      expect(await status()).toMatchObject({ waiting: 0, last_delivery: { outcome: 'delivered' } });
      const [first, second, ...more] = server.events();
      expect(more).toEqual([]);
      expect(second).toEqual(first);
      expect(first!.uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    },
  );

  it('200 and nothing it is delivered', async () => {
    server.behave(answer(200));
    await host.shim(TRACK, env);
    expect(await status()).toMatchObject({ waiting: 0 });
  });

  it('200 and megabytes it is delivered', async () => {
    server.behave(answer(200, 'x'.repeat(5_000_000)));
    expect(await host.shim(TRACK, env)).toMatchObject(quiet);
    expect(await status()).toMatchObject({ waiting: 0 });
  });
});

describe('a server that says 400 or 413', () => {
  it.each([400, 413])('(%d) costs the one bad event only, and the reason is kept', async (code) => {
    for (const name of ['a', 'b', 'c', 'poison', 'd', 'e', 'f']) await recordOnly(name);
    server.behave(({ body }, response) => {
      const isBad = body.batch!.some(({ properties }) => properties.service_name === 'custom');
      response.statusCode = isBad && body.batch!.some((each) => each.uuid === poison) ? code : 200;
      response.end('{}');
    });
    const poison = host.records()[3]!.uuid;
    const uuids = host.records().map((record) => record!.uuid);
    // One delivery makes few requests; the next goes on where it ended.
    for (let count = 0; count < 5 && (await status()).waiting > 0; count += 1) {
      await host.shim(['flush'], env);
    }
    const arrived = server.requests
      .map(({ body }) => body.batch!.map(({ uuid }) => uuid))
      .filter((batch) => !batch.includes(poison as string))
      .flat();
    expect(arrived).toEqual(uuids.filter((uuid) => uuid !== poison));
    expect(host.records().filter((record) => record!.outcome === 'dropped')).toEqual([
      {
        outcome: 'dropped',
        why: `the server rejected it (HTTP ${code})`,
        at: expect.any(String),
        uuids: [poison],
      },
    ]);
    expect(server.requests.length).toBeLessThan(12);
    expect(await status()).toMatchObject({ waiting: 0 });
  });
});

describe('the journal and the wire', () => {
  it('everything pending goes in one batch, oldest first', async () => {
    for (const name of ['a', 'b', 'c']) await recordOnly(name);
    await host.shim(TRACK, env);
    expect(server.requests).toHaveLength(1);
    const uuids = host.records().flatMap((record) => record!.uuid ?? []);
    expect(server.events().map(({ uuid }) => uuid)).toEqual(uuids);
    expect([...uuids].sort()).toEqual(uuids);
  });

  it('nothing is sent twice by many processes at once', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await recordOnly(name);
    await Promise.all(Array.from({ length: 8 }, () => host.shim(['flush'], env)));
    expect(server.events()).toHaveLength(4);
  });

  it('a shim that is killed before the answer sends the same uuids again', async () => {
    await recordOnly('a');
    server.behave(() => {}); // No answer.
    const child = spawn(process.env.TEST_NODE ?? process.execPath, [BUNDLE, 'flush'], {
      cwd: host.root,
      env: cleanEnv(env),
    });
    await server.arrived(1);
    child.kill('SIGKILL');
    await once(child, 'exit');
    server.behave(answer(200));
    await host.shim(['flush'], env);
    const [first, second] = server.events();
    expect(second).toEqual(first);
    expect(await status()).toMatchObject({ waiting: 0 });
  });

  it('an event that comes while another process keeps the journal busy is recorded by the next', async () => {
    await recordOnly('a');
    const lease = join(host.record, 'leases/journal.9999');
    writeFileSync(lease, JSON.stringify({ pid: process.pid, untilMs: Date.now() + 60_000 }));
    const short = { ...env, ONRAMP_ANALYTICS_TIMEOUT_MS: '600' };
    expect(await host.shim(TRACK, short)).toMatchObject(quiet);
    expect(host.records()).toHaveLength(1);
    writeFileSync(lease, 'free');
    await host.shim(['flush'], env);
    expect(server.events()).toHaveLength(2);
    await host.shim(['flush'], env);
    expect(server.events()).toHaveLength(2);
  });

  it('and by the next track, with its own time', async () => {
    await recordOnly('a');
    const lease = join(host.record, 'leases/journal.9999');
    writeFileSync(lease, JSON.stringify({ pid: process.pid, untilMs: Date.now() + 60_000 }));
    await host.shim(TRACK, { ...env, ONRAMP_ANALYTICS_TIMEOUT_MS: '600' });
    const [name, ...others] = readdirSync(join(host.record, 'spool'));
    expect(name).toMatch(/^[0-9a-f-]{36}\.records$/);
    expect(others).toEqual([]);
    const [left] = readFileSync(join(host.record, 'spool', name!), 'utf8').split('\n');
    writeFileSync(lease, 'free');
    await host.shim(TRACK, env);
    expect(server.events()).toHaveLength(3);
    const { uuid, timestamp } = JSON.parse(left!);
    expect(server.events()).toContainEqual(expect.objectContaining({ uuid, timestamp }));
  });

  it('what is known about a server stays while nothing is to be sent to it, and preview looks behind', async () => {
    await recordOnly('a');
    const [one] = host.records();
    const local = Array.from({ length: 5_200 }, (_, index) =>
      JSON.stringify({
        local: true,
        ...one,
        uuid: `0190b000-0000-7000-8000-${String(index).padStart(12, '0')}`,
      }),
    );
    writeFileSync(host.journal, `${local.join('\n')}\n${JSON.stringify(one)}\n`);
    const file = join(host.root, '.git/onramp-analytics/delivery.json');
    const state = { cursor: 0, batch: 12, failures: 8, retryAtMs: 0, last: null };
    writeFileSync(file, JSON.stringify(state));
    expect((await host.shim(['preview'], env)).stdout).toContain('the 1 event(s) that wait');
    server.behave(answer(503));
    await host.shim(['flush'], env);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ batch: 12, failures: 9 });
  });

  it('a delivery state that does not fit the journal says nothing about it', async () => {
    await recordOnly('a');
    writeFileSync(join(host.record, 'delivery.json'), JSON.stringify({ cursor: 1e9 }));
    expect(await status()).toMatchObject({ waiting: 1 });
  });

  it.each([
    'null',
    '[]',
    '[1]',
    '7',
    '"text"',
    'true',
    '{"cursor":null,"batch":null,"failures":"many","retryAtMs":{},"last":7,"checkTo":[]}',
    '{"cursor":0,"batch":0,"failures":-1,"retryAtMs":1e400,"last":[],"checkTo":-5}',
    '{"cursor":0,"batch":"x","last":{"at":"soon","outcome":"great","events":{},"detail":7}}',
  ])('a delivery.json of %s does not wedge delivery', async (text) => {
    await recordOnly('a');
    writeFileSync(join(host.record, 'delivery.json'), text);
    expect(await status()).toMatchObject({ waiting: 1, last_delivery: null, paused_until: null });
    expect(await host.shim(['flush'], env)).toMatchObject(quiet);
    expect(server.events()).toHaveLength(1);
    writeFileSync(join(host.record, 'delivery.json'), text);
    expect((await host.shim(['disable'], env)).status).toBe(0);
  });

  it('no text of delivery.json moves the cursor of a terminal', async () => {
    await recordOnly('a');
    const last = { at: '2026-01-01', outcome: 'failed', events: 1, detail: '\u001b[2Jgone' };
    const state = { cursor: 0, batch: 1, failures: 0, retryAtMs: 0, last };
    writeFileSync(join(host.record, 'delivery.json'), JSON.stringify(state));
    expect((await host.shim(['status'], env)).stdout).not.toContain('\u001b');
    expect(await status()).toMatchObject({ last_delivery: null });
  });

  it('a journal that lost its tail and grew again to the same place skips nothing', async () => {
    for (const name of ['a', 'b', 'c']) await recordOnly(name);
    await host.shim(['flush'], env);
    const lines = readFileSync(host.journal, 'utf8').split('\n');
    const cursor = Buffer.byteLength(`${lines.slice(0, 3).join('\n')}\n`);
    const before = JSON.parse(readFileSync(join(host.record, 'delivery.json'), 'utf8'));
    expect(before.cursor).toBe(cursor);
    // A power cut: the second and third line never reached the disk. Two others took their place.
    const others = [1, 2].map((digit) =>
      JSON.stringify({
        ...JSON.parse(lines[digit]!),
        uuid: `0190b000-0000-7000-8000-00000000000${digit}`,
      }),
    );
    writeFileSync(host.journal, `${[lines[0], ...others].join('\n')}\n`);
    await host.shim(['flush'], env);
    const uuids = server.events().map(({ uuid }) => uuid);
    for (const other of others) expect(uuids).toContain(JSON.parse(other).uuid);
  });

  it.each([
    ['a uuid that is other text', { uuid: 'alice@example.org' }],
    ['a time that is other text', { timestamp: '2026-01-01 (alice@example.org)' }],
    ['a time that no clock shows', { timestamp: '2026-02-31T00:00:00.000Z' }],
    ['a day alone', { timestamp: '2026-02-01' }],
  ])('a line with %s is damaged, and never leaves', async (_what, change) => {
    await recordOnly('a');
    const [one] = host.records();
    writeFileSync(host.journal, `${JSON.stringify({ ...one, ...change })}\n`);
    await host.shim(['flush'], { ...env, ONRAMP_ANALYTICS_SENDER: 'http' });
    expect(server.requests).toHaveLength(0);
    const { events, damaged } = JSON.parse((await host.shim(['log', '--json'])).stdout);
    expect({ events, damaged }).toEqual({ events: [], damaged: 1 });
  });

  it('a long backlog that is not to be sent is dropped, a part in each deadline', async () => {
    await recordOnly('a');
    const [one] = host.records();
    const lines = Array.from({ length: 30_000 }, (_, index) =>
      JSON.stringify({
        ...one,
        uuid: `0190b000-0000-7000-8000-${String(index).padStart(12, '0')}`,
        distinct_id: '00000000-0000-4000-8000-000000000001',
      }),
    );
    appendFileSync(host.journal, `${lines.join('\n')}\n`);
    const short = { ...env, ONRAMP_ANALYTICS_TIMEOUT_MS: '400' };
    let runs = 0;
    for (let waiting = 1; waiting > 0 && runs < 20; runs += 1) {
      expect((await host.shim(['flush'], short)).wallMs).toBeLessThan(3_000);
      waiting = (await status()).waiting;
    }
    expect((await status()).waiting).toBe(0);
    expect(server.events()).toHaveLength(1);
  });

  it('a lost delivery.json is made again by little and little, and nothing is sent twice', async () => {
    await recordOnly('a');
    const [one] = host.records();
    const uuids = Array.from(
      { length: 30_000 },
      (_, index) => `0190b000-0000-7000-8000-${String(index).padStart(12, '0')}`,
    );
    const events = uuids.map((uuid) => JSON.stringify({ ...one, uuid }));
    const at = new Date().toISOString();
    const outcomes = [];
    for (let from = 0; from < uuids.length; from += 100) {
      outcomes.push(
        JSON.stringify({ outcome: 'delivered', at, uuids: uuids.slice(from, from + 100) }),
      );
    }
    const last = readFileSync(host.journal, 'utf8');
    writeFileSync(host.journal, `${[...events, ...outcomes].join('\n')}\n${last}`);
    rmSync(join(host.root, '.git/onramp-analytics/delivery.json'), { force: true });
    const short = { ...env, ONRAMP_ANALYTICS_TIMEOUT_MS: '400' };
    for (let runs = 0; runs < 20 && server.requests.length === 0; runs += 1) {
      await host.shim(['flush'], short);
    }
    expect(server.events().map(({ uuid }) => uuid)).toEqual([one!.uuid]);
    expect((await status()).waiting).toBe(0);
  });

  it('a lost delivery.json does not make anything be sent again', async () => {
    await host.shim(TRACK, env);
    for (const damage of ['', '{"cursor":"x"}', '\0\0']) {
      writeFileSync(join(host.root, '.git/onramp-analytics/delivery.json'), damage);
      await host.shim(['flush'], env);
    }
    expect(server.events()).toHaveLength(1);
  });

  it('`disable` holds a delivery that is under way back from sending more', async () => {
    for (const name of ['a', 'b', 'c']) await recordOnly(name);
    let disabled: Promise<unknown> = Promise.resolve();
    server.behave((_request, response) => {
      // The first answer asks for smaller batches; in between, analytics is turned off.
      disabled = host.shim(['disable'], env);
      const timer = setInterval(() => {
        if (!readFileSync(host.lock, 'utf8').includes('ANALYTICS_ENABLED=0')) return;
        clearInterval(timer);
        response.statusCode = 400;
        response.end();
      }, 5);
    });
    await host.shim(['flush'], env);
    await disabled;
    expect(server.requests).toHaveLength(1);
    expect(await status()).toMatchObject({ mode: 'off', waiting: 0 });
  });
});

describe('the deadline', () => {
  it.each([
    ['never answers', (() => {}) as Behaviour],
    [
      'answers a byte at a time',
      ((_request, response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write('x'), 20);
        response.on('close', () => clearInterval(timer));
      }) as Behaviour,
    ],
  ])('ends a track when the server %s; the event waits', async (_what, behaviour) => {
    server.behave(behaviour);
    const short = { ...env, ONRAMP_ANALYTICS_TIMEOUT_MS: '700' };
    const result = await host.shim(TRACK, short);
    expect(result).toMatchObject(quiet);
    // The wait itself took most of it; the rest is for a busy machine.
    expect(result.wallMs).toBeGreaterThan(400);
    expect(result.wallMs).toBeLessThan(4_000);
    expect(await status()).toMatchObject({ waiting: 1 });
  });
});

describe('back-off', () => {
  const pausedMs = ({ paused_until }: Status) => Date.parse(paused_until ?? '') - Date.now();

  it('pauses after three failures, longer with each, and ends with a success', async () => {
    server.behave(answer(500));
    for (let count = 1; count <= 3; count += 1) {
      expect((await status()).paused_until).toBeNull();
      await host.shim(TRACK, env);
      expect(server.requests).toHaveLength(count);
    }
    const first = pausedMs(await status());
    expect(first).toBeGreaterThan(20_000);
    expect(first).toBeLessThanOrEqual(60_000);

    // A paused delivery costs a command no request.
    await host.shim(TRACK, env);
    expect(server.requests).toHaveLength(3);
    expect(await status()).toMatchObject({ waiting: 4 });

    // A person who asks is not made to wait.
    await host.shim(['flush'], env);
    expect(server.requests).toHaveLength(4);
    const second = pausedMs(await status());
    expect(second).toBeGreaterThan(60_000);
    expect(second).toBeLessThanOrEqual(120_000);

    server.behave(answer(200));
    await host.shim(['flush'], env);
    expect(await status()).toMatchObject({ waiting: 0, paused_until: null });
    await host.shim(TRACK, env);
    expect(server.requests).toHaveLength(6);
  });

  it('tries again by itself once the pause is over', async () => {
    server.behave(answer(503, '', { 'retry-after': '300' }));
    await host.shim(TRACK, env);
    server.behave(answer(200));
    const file = join(host.root, '.git/onramp-analytics/delivery.json');
    const state = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...state, retryAtMs: Date.now() - 1 }));
    await host.shim(TRACK, env);
    expect(await status()).toMatchObject({ waiting: 0, paused_until: null });
  });

  it.each([
    ['seconds', () => '300', 300_000],
    ['a date', () => new Date(Date.now() + 300_000).toUTCString(), 300_000],
    ['a day, of which an hour is granted', () => '86400', 3_600_000],
  ])('Retry-After in %s is obeyed', async (_what, wish, expectedMs) => {
    server.behave(answer(429, '', { 'retry-after': wish() }));
    await host.shim(TRACK, env);
    const ms = pausedMs(await status());
    expect(ms).toBeGreaterThan(expectedMs - 60_000);
    expect(ms).toBeLessThanOrEqual(expectedMs);
    await host.shim(TRACK, env);
    expect(server.requests).toHaveLength(1);
  });

  it.each(['-5', 'soon', ''])('Retry-After "%s" is no pause', async (wish) => {
    server.behave(answer(503, '', { 'retry-after': wish }));
    await host.shim(TRACK, env);
    expect(await status()).toMatchObject({ paused_until: null, waiting: 1 });
  });
});
