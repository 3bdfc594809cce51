// Servers that fail and come back, deliveries that meet, and a `disable` in the middle of it all.

import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Host, makeHost } from '../support/host';
import { note as noteRun } from '../support/notes';
import { quiet } from '../support/processes';
import { run } from '../support/run';
import { accept, type Behaviour, type Server, startServer } from '../support/server';
import { chance, counted, killed, LATER, PROJECTS, recorded, SEED, sendTo, tell } from './chaos';

const TRACK = ['track', 'service_started', 'service_name=plex'];

/** Each has read the body, and so counted it, before it fails. */
const FAILING: Behaviour[] = [
  (_request, response) => {
    response.statusCode = 500;
    response.end();
  },
  (_request, response) => {
    response.statusCode = 429;
    response.setHeader('retry-after', '1');
    response.end();
  },
  () => {}, // Says nothing: the client's time runs out.
  (_request, response) => {
    response.destroy();
  },
  (_request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{');
  },
];

let host: Host;
let server: Server;
const env = (more: Record<string, string> = {}) => sendTo(server, more);

beforeEach(async () => {
  [host, server] = await Promise.all([makeHost(), startServer()]);
  await host.shim(['enable']);
});
afterEach(async () => {
  await quiet(host.root);
  await server.close();
  host.remove();
});

describe('whatever the server did', () => {
  it.each(Array.from({ length: PROJECTS }, (_, index) => index))(
    'every recorded event arrives, each uuid once, with its first time (%i)',
    async (project) => {
      const { pick, between } = chance(SEED + 2_000 + project);
      const ROUNDS = 16;
      for (let round = 0; round < ROUNDS; round++) {
        server.behave(between(0, 1) < 0.75 ? pick(FAILING) : accept);
        // Two recorded, then one attempt at all that waits; asked for, it does not pause.
        const results = await Promise.all([
          host.shim(TRACK, env(LATER)),
          host.make(['down'], env({ ...LATER, CI: '1' })),
        ]);
        results.push(await host.shim(['flush'], env({ ONRAMP_ANALYTICS_TIMEOUT_MS: '800' })));
        for (const { status, stderr } of results)
          expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      }
      server.behave(accept);
      await host.shim(['flush'], env());
      const events = recorded(host);
      expect(events, 'every command and every track').toHaveLength(2 * ROUNDS);
      expect(server.requests.length, 'attempts').toBeGreaterThan(2);
      const arrived = counted(server);
      expect(new Set(arrived.keys())).toEqual(new Set(events.map(({ uuid }) => uuid)));
      for (const { uuid, timestamp, distinct_id } of events) {
        expect(JSON.parse(arrived.get(uuid)!)).toMatchObject({ timestamp, distinct_id });
      }
      const requests = server.requests.length;
      tell(`outage: ${events.length} recorded, ${arrived.size} counted, in ${requests} requests`);
    },
    60_000,
  );
});

describe('two deliveries at once', () => {
  it('never send the same record twice', async () => {
    server.behave((request, response) => setTimeout(() => accept(request, response), 60));
    for (let round = 0; round < 4; round++) {
      const before = server.events().length;
      for (let i = 0; i < 5; i++) await host.shim(TRACK, env(LATER));
      await Promise.all(Array.from({ length: 4 }, () => host.shim(['flush'], env())));
      expect(server.events().length - before).toBe(5);
    }
    expect(counted(server).size).toBe(20);
  });

  it('take a killed one’s lease over at once, and send the same uuids', async () => {
    const waited: number[] = [];
    for (let round = 0; round < 5; round++) {
      await host.shim(TRACK, env(LATER));
      server.behave(() => {});
      const first = server.requests.length;
      const moment = server.arrived(first + 1);
      expect(await killed(host, ['flush'], env(), moment)).toBe(true);
      server.behave(accept);
      const { wallMs } = await host.shim(['flush'], env());
      waited.push(wallMs);
      const [lost, again] = server.requests.slice(first);
      expect(again?.body.batch).toEqual(lost?.body.batch);
    }
    expect(Math.max(...waited)).toBeLessThan(3_000);
    tell(`take-over: ${waited.map((ms) => ms.toFixed(0)).join(', ')} ms`);
  });
});

describe('off, in the middle of it', () => {
  it(
    'nothing is sent after disable returned, and nothing waits then',
    async () => {
      const { between, pick } = chance(SEED + 3_000);
      const rounds = 6 * PROJECTS;
      let sent = 0;
      for (let round = 0; round < rounds; round++) {
        const answerAfter = between(0, 150);
        server.behave((request, response) =>
          setTimeout(() => accept(request, response), answerAfter),
        );
        await host.shim(['enable'], env());
        const at = server.requests.length;
        const busy = [
          host.shim(TRACK, env()),
          host.make(['down'], env()),
          host.make(['start-service', 'plex'], env(pick([{}, { CI: '1' }]))),
          host.shim(['flush'], env()),
        ];
        await sleep(between(0, 160));
        const { status } = await host.shim(['disable'], env());
        expect(status).toBe(0);
        await sleep(20); // What had arrived already is read by now.
        const requests = server.requests.length;
        sent += requests - at;
        await Promise.all(busy);
        await quiet(host.root);
        expect(server.requests.length, 'requests after disable').toBe(requests);
        await host.make(['down'], env());
        await host.shim(['flush'], env());
        await host.shim(TRACK, env());
        expect(server.requests.length, 'requests while off').toBe(requests);
      }
      tell(`off in the middle: ${rounds} times, after ${sent} requests: none followed`);
    },
    60_000 * PROJECTS,
  );

  it('a command that was noted before disable, or in local mode, is not sent after enable', async () => {
    const note = () => {
      noteRun(host, { status: 0 });
      host.write('.git/onramp-analytics/spool/reports', 'service_started service_name=plex\n');
    };
    // As left behind by a shim that was killed.
    note();
    await host.shim(['disable'], env());
    await host.shim(['enable', '--local'], env());
    note();
    await host.shim(['enable'], env());
    await host.shim(['flush'], env());
    expect(server.events()).toEqual([]);
    note();
    await host.shim(['flush'], env());
    expect(server.events().map(({ event }) => event)).toEqual([
      'command_executed',
      'service_started',
    ]);
  });

  it('waits for a delivery with a longer deadline than its own', async () => {
    await host.shim(TRACK, env(LATER));
    const order: string[] = [];
    const OFF_TIMEOUT_MS = 100;
    let tell = () => {};
    const returned = new Promise<void>((done) => {
      tell = done;
    });
    server.behave(async (request, response) => {
      // It has not answered when disable is long past its own deadline, or has returned too early.
      await Promise.race([returned, sleep(10 * OFF_TIMEOUT_MS)]);
      order.push('answered');
      accept(request, response);
    });
    const slow = host.shim(['flush'], env({ ONRAMP_ANALYTICS_TIMEOUT_MS: '20000' }));
    await server.arrived(1);
    const off = host.shim(['disable'], env({ ONRAMP_ANALYTICS_TIMEOUT_MS: `${OFF_TIMEOUT_MS}` }));
    off.then(() => {
      order.push('disabled');
      tell();
    });
    await Promise.all([slow, off]);
    expect(order, 'disable returned while a delivery was under way').toEqual([
      'answered',
      'disabled',
    ]);
    expect((await off).status).toBe(0);
  });
});

describe('what recipes report', () => {
  it('arrives once, also when the shim is killed while they report', async () => {
    const { between } = chance(SEED + 5_000);
    const reports = `${host.root}/.git/onramp-analytics/spool/reports`;
    const COUNT = 48;
    const recipes = [0, 1, 2, 3].map(() =>
      // What the macro `analytics-event` is in a recipe.
      run(
        'sh',
        [
          '-c',
          `i=0; while [ $i -lt ${COUNT / 4} ]; do printf '%s\\n' 'service_started service_name=plex' >>'${reports}'; i=$((i+1)); sleep 0.1; done`,
        ],
        { cwd: tmpdir() },
      ),
    );
    const done = Promise.all(recipes);
    let isDone = false;
    done.then(() => {
      isDone = true;
    });
    while (!isDone) await killed(host, ['collect'], env(), between(40, 250));
    await host.shim(['flush'], env());
    expect(recorded(host)).toHaveLength(COUNT);
    expect(counted(server).size).toBe(COUNT);
  });
});
