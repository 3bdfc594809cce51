// Attacked with canaries: whatever is special about a machine, its user and their files, no byte
// that reaches the server has it, in the clear or in a disguise.

import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMON, EVENTS, WIRE } from '../src/catalogue/catalogue';
import { CANARIES, CANARY, CANARY_ENV, ON_A_CANARY_HOST } from './support/canaries';
import { disguises, leaks } from './support/canary';
import { type Host, makeHost } from './support/host';
import { BUNDLE, cleanEnv, type Result, run } from './support/run';
import { startTap, type Tap } from './support/tap';

const NODE = process.env.TEST_NODE ?? process.execPath;
const MAKE = process.env.TEST_MAKE ?? 'make';
const RUNS = Number(process.env.PRIVACY_RUNS ?? 20);

let host: Host;
let tap: Tap;

const environment = () => {
  const home = join(host.root, '..', CANARY.home);
  return {
    POSTHOG_API_KEY: 'phc_test',
    POSTHOG_HOST: tap.url,
    CI: '1',
    ONRAMP_ANALYTICS_TIMEOUT_MS: '5000',
    HOME: home,
    ...CANARY_ENV,
  };
};
const inside = (words: readonly string[], env: Record<string, string> = {}): Promise<Result> => {
  const [program, ...args] = [...ON_A_CANARY_HOST, ...words] as [string, ...string[]];
  return run(program, args, { cwd: host.root, env: { ...environment(), ...env } });
};
/** What limits and pauses would otherwise keep back. */
const startAfresh = () =>
  execFileSync('rm', ['-f', host.journal, join(host.root, '.git/onramp-analytics/delivery.json')]);
const shim = (...args: string[]) => inside([NODE, BUNDLE, ...args]);
const make = async (...args: string[]) => {
  startAfresh();
  return inside([MAKE, ...args]);
};

async function prepare(): Promise<void> {
  host = await makeHost({ name: CANARY.path });
  const { root } = host;
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, env: cleanEnv() });
  // The project's own files, tracked by git: their names may be sent, nothing in them.
  host.write('services-available/plex.yml', `image: ${CANARY.file}\nhost: ${CANARY.domain}\n`);
  host.write('services-scaffold/adguard/env.template', `EMAIL=${CANARY.file}\n`);
  host.git();
  git('config', 'user.name', CANARY.author);
  git('config', 'user.email', CANARY.email);
  git('remote', 'add', 'origin', `git@${CANARY.remote}.example.org:${CANARY.user}/home.git`);
  git('commit', '-q', '-m', CANARY.message);
  git('branch', '-m', CANARY.branch);
  // The user's own: a service, an override, a target, settings, secrets.
  host.write(`services-available/${CANARY.service}.yml`, `image: ${CANARY.file}\n`);
  host.write(`overrides-available/${CANARY.service}.yml`, `image: ${CANARY.file}\n`);
  host.write('make.d/mine.mk', `${CANARY.goal}: ; @echo '${CANARY.message}'\n`);
  host.write(
    '.env',
    `CF_API_EMAIL=${CANARY.email}\nHOST_DOMAIN=${CANARY.domain}\nPOSTHOG_X=${CANARY.token}\n`,
  );
  writeFileSync(host.lock, `DOMAIN=${CANARY.domain}\n`);
  mkdirSync(join(root, '..', CANARY.home));
  writeFileSync(join(root, '..', CANARY.home, '.gitconfig'), `[user]\n\tname = ${CANARY.author}\n`);
}

beforeAll(async () => {
  tap = await startTap();
  await prepare();
  await shim('enable');
});
afterAll(async () => {
  await tap.close();
  host.remove();
});

/** Goals of every kind, all of which a person might type. */
const COMMANDS: readonly (readonly string[])[] = [
  [],
  ['start'],
  ['down'],
  ['list-services'],
  ['build', 'down'],
  ['enable-service', 'plex'],
  ['enable-service', 'adguard'],
  ['start-service', 'plex'],
  ['stop-service', 'plex'],
  ['restart-service', 'plex'],
  ['enable-override', 'plex-nfs'],
  ['disable-override', 'plex-nfs'],
  ['scaffold-build', 'adguard'],
  ['rebuild-scaffold', 'adguard'],
  ['disable-service', 'plex'],
  ['nuke-service', 'adguard'],
  ['enable-service', CANARY.service],
  ['start-service', CANARY.service],
  ['nuke-service', CANARY.service],
  ['enable-override', CANARY.service],
  ['rebuild-scaffold', CANARY.service],
  ['enable-service', `no-such-${CANARY.service}`],
  ['check', CANARY.message],
  [CANARY.goal],
  [`no-such-${CANARY.goal}`],
  [CANARY.goal, 'down'],
  ['down', `X=${CANARY.variable}`],
  ['down', `NAME=${CANARY.variable}`],
  ['-k', 'check', CANARY.goal],
  ['-j4', 'start-service', 'plex', CANARY.variable],
  ['-C', '.', 'down'],
  [`services-available/${CANARY.service}.yml`],
  [`../${CANARY.home}`],
  [CANARY.email],
  [CANARY.address],
];

const bodies = () =>
  tap
    .requests()
    .map(
      ({ body }) =>
        JSON.parse(body) as Record<string, unknown> & { batch: Record<string, unknown>[] },
    );

describe('with canaries everywhere', () => {
  it('a leak would be found, in the clear and in every disguise', () => {
    for (const canary of CANARIES) {
      for (const disguise of disguises(canary)) {
        const bytes = Buffer.from(`{"key":"before ${disguise} after"}`);
        expect(leaks(bytes, [canary]), disguise).not.toEqual([]);
      }
      const hidden = Buffer.from(`user:${canary}:x`).toString('base64');
      expect(leaks(Buffer.from(hidden), [canary]), hidden).not.toEqual([]);
    }
    expect(leaks(tap.bytes(), CANARIES)).toEqual([]);
  });

  it.each(COMMANDS.map((goals) => [goals.join(' ') || '(no goal)', goals] as const))(
    'make %s sends none of them',
    async (_name, goals) => {
      const before = tap.requests().length;
      await make(...goals);
      expect(tap.requests().length, 'it was tracked').toBeGreaterThan(before);
      expect(leaks(tap.bytes(), CANARIES)).toEqual([]);
    },
  );

  it.each([
    ['service_started', `service_name=${CANARY.service}`],
    ['override_enabled', `override_name=${CANARY.service}`],
    ['command_executed', `command=${CANARY.goal}`, 'success=true', 'duration_ms=12'],
    ['error_occurred', `command=${CANARY.goal}`, 'error_type=signal'],
    ['error_occurred', 'command=down', `error_type=${CANARY.message}`],
    ['service_started', 'service_name=plex', `note=${CANARY.message}`],
    [CANARY.goal, `service_name=${CANARY.service}`],
  ])('track %s %s sends none of them', async (...words) => {
    startAfresh();
    await shim('track', ...words);
    expect(leaks(tap.bytes(), CANARIES)).toEqual([]);
  });

  it('reports of recipes and a journal that somebody wrote into are held against the catalogue', async () => {
    startAfresh();
    await shim('track', 'service_started', 'service_name=plex');
    const line = host.records()[0] as { properties: object; uuid: string };
    const forged = (change: object, at: number) =>
      `${JSON.stringify({ ...line, uuid: line.uuid.replace(/.$/, String(at)), ...change })}\n`;
    appendFileSync(
      host.journal,
      [
        forged({ note: CANARY.message }, 1),
        forged({ properties: { ...line.properties, note: CANARY.message, $set: CANARY.email } }, 2),
        forged({ properties: { ...line.properties, $ip: CANARY.address, $lib: CANARY.other } }, 3),
        forged({ event: CANARY.goal }, 4),
        forged({ distinct_id: CANARY.user }, 5),
        forged({ properties: { service_name: [CANARY.user] } }, 6),
        forged({ properties: { ...line.properties, shim_version: CANARY.other } }, 7),
      ].join(''),
    );
    appendFileSync(
      join(host.root, '.git/onramp-analytics/spool/reports'),
      `service_started service_name=${CANARY.service}\n${CANARY.message}\nservice_started note=${CANARY.file}\n`,
    );
    const before = bodies().length;
    await shim('flush');
    expect(
      bodies()
        .slice(before)
        .flatMap(({ batch }) => batch),
    ).toHaveLength(4);
    expect(leaks(tap.bytes(), CANARIES)).toEqual([]);
  });

  it('goals made by chance send none of them', async () => {
    const letters = fc.constantFrom(...'abcXYZ019-_./:@%=~#+,^ \'"é漢🙂'.match(/./gu)!);
    const noise = fc.string({ unit: letters, maxLength: 12 });
    const canary = fc.constantFrom(...CANARIES);
    const word = fc.tuple(noise, canary, noise).map(([a, b, c]) => `z${a}${b}${c}`);
    const known = fc.constantFrom(
      'down',
      'check',
      'stop-service',
      'list-services',
      'plex',
      'X=1',
      '-k',
    );
    const goals = fc.array(fc.oneof({ weight: 2, arbitrary: known }, word), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(goals, async (words) => {
        await make(...words);
        expect(leaks(tap.bytes(), CANARIES)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  }, 60_000);

  it('properties made by chance send none of them', async () => {
    const property = fc
      .tuple(
        fc.constantFrom('service_name', 'note', 'command', 'success'),
        fc.constantFrom(...CANARIES),
        fc.string({ maxLength: 5 }),
      )
      .map(([key, value, more]) => `${key}=${value}${more.replaceAll('\0', '')}`);
    const events = fc.constantFrom(...Object.keys(EVENTS));
    await fc.assert(
      fc.asyncProperty(events, fc.array(property, { maxLength: 3 }), async (event, pairs) => {
        startAfresh();
        await shim('track', event, ...pairs);
        expect(leaks(tap.bytes(), CANARIES)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  }, 60_000);
});

describe('with the sender `http`', () => {
  it('sends none of them either, and the keys of the catalogue alone', async () => {
    const collector = await startTap();
    const env = { POSTHOG_HOST: collector.url, ONRAMP_ANALYTICS_SENDER: 'http' };
    for (const goals of [
      ['enable-service', CANARY.service],
      ['check', CANARY.message],
      [CANARY.goal],
    ]) {
      startAfresh();
      await inside([MAKE, ...goals], env);
    }
    expect(leaks(collector.bytes(), CANARIES)).toEqual([]);
    const requests = collector.requests();
    expect(requests).toHaveLength(3);
    for (const { body } of requests) {
      const { events, ...rest } = JSON.parse(body) as { events: Record<string, unknown>[] };
      expect(Object.keys(rest)).toEqual(['anonymous_id']);
      for (const event of events) {
        expect(Object.keys(event).sort()).toEqual(['event', 'properties', 'timestamp', 'uuid']);
        const { properties } = EVENTS[event.event as keyof typeof EVENTS];
        const allowed = [properties, COMMON, WIRE].flatMap(Object.keys);
        expect(allowed).toEqual(expect.arrayContaining(Object.keys(event.properties as object)));
      }
    }
    await collector.close();
  });
});

describe('all that went over the wire', () => {
  it('has the keys of the catalogue, of each event all of them and no other', () => {
    const seen = new Map<string, Set<string>>();
    for (const { batch, ...rest } of bodies()) {
      expect(Object.keys(rest).sort()).toEqual(['api_key', 'sent_at']);
      for (const event of batch) {
        expect(Object.keys(event).sort()).toEqual([
          'distinct_id',
          'event',
          'properties',
          'timestamp',
          'uuid',
        ]);
        const keys = seen.get(event.event as string) ?? new Set<string>();
        for (const key of Object.keys(event.properties as object)) keys.add(key);
        seen.set(event.event as string, keys);
      }
    }
    const wanted = Object.entries(EVENTS).map(([event, { properties }]) => [
      event,
      [properties, COMMON, WIRE].flatMap(Object.keys).sort(),
    ]);
    const found = [...seen].map(([event, keys]) => [event, [...keys].sort()]);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted));
  });

  it('says nothing in its headers but what HTTP needs', () => {
    const names = new Set(tap.requests().flatMap(({ headers }) => [...headers.keys()]));
    expect([...names].sort()).toEqual([
      'connection',
      'content-length',
      'content-type',
      'host',
      'user-agent',
    ]);
    const lines = new Set(tap.requests().map(({ line }) => line));
    expect([...lines]).toEqual(['POST /batch/ HTTP/1.1']);
    const agents = new Set(tap.requests().map(({ headers }) => headers.get('user-agent')));
    for (const agent of agents) expect(agent).toMatch(/^posthog-[a-z]+\/[\d.]+$/);
  });

  it('keeps the address from being stored, in every event', () => {
    for (const { properties } of bodies().flatMap(({ batch }) => batch)) {
      expect(properties).toMatchObject({
        $ip: null,
        $geoip_disable: true,
        $process_person_profile: false,
      });
    }
  });
});
