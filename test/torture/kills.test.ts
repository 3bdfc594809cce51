// kill -9 at random moments, with others writing at the same time.
//
// One project records 60 events a minute at most, so each is used for a few dozen kills.

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Host, makeHost } from '../support/host';
import { processesIn, quiet } from '../support/processes';
import { startServer } from '../support/server';
import { chance, counted, dropped, killed, PROJECTS, recorded, SEED, sendTo, tell } from './chaos';

const ROUNDS = 24;
const TRACK = ['track', 'service_started'];
const OTHERS = '# kept by other tools\nDOMAIN=home.example.org\n\nTZ = not ours\n'.replace(
  'TZ = not ours',
  'TZ="Europe/Berlin" # with a comment',
);
const UUID = /^[0-9a-f-]{36}$/;

/** The state file parses, holds a whole id, and everything of others, byte for byte. */
function checkLock(host: Host): void {
  const text = readFileSync(host.lock, 'utf8');
  expect(text.startsWith(OTHERS), text).toBe(true);
  const own = text.slice(OTHERS.length).trimEnd().split('\n');
  const pairs = new Map(own.map((line) => line.split('=') as [string, string]));
  expect([...pairs.keys()].sort()).toEqual([
    'ANALYTICS_ENABLED',
    'ANALYTICS_ID',
    'ANALYTICS_NOTICE_SHOWN',
  ]);
  expect(pairs.get('ANALYTICS_ENABLED')).toBe('1');
  expect(pairs.get('ANALYTICS_ID')).toMatch(UUID);
}

async function makeEnabled(): Promise<Host> {
  const host = await makeHost();
  host.write('onramp.lock', OTHERS);
  await host.shim(['enable']);
  checkLock(host);
  return host;
}

/**
 * How long the shim lives when nobody kills it, in milliseconds: the median of five. A kill at a
 * fixed moment would hit nothing on a fast machine, and only the start of Node on a slow one.
 */
async function lifeMs(args: readonly string[]): Promise<number> {
  const [host, server] = await Promise.all([makeEnabled(), startServer()]);
  const times: number[] = [];
  for (let run = 0; run < 5; run++) times.push((await host.shim(args, sendTo(server))).wallMs);
  await server.close();
  host.remove();
  return times.sort((a, b) => a - b)[2]!;
}

/** Kills every shim that make left behind in this project. @returns how many there were. */
function killDetached(host: Host): number {
  const shims = processesIn(host.root).filter(({ command }) => command.includes(' collect'));
  for (const { pid } of shims) process.kill(pid, 'SIGKILL');
  return shims.length;
}

describe.skipIf(process.platform !== 'linux')('killed at random moments', () => {
  it(
    'track and the detached shim lose no record, and record and count none twice',
    async () => {
      const totals = { kills: 0, records: 0, makes: 0, repeats: 0 };
      const life = await lifeMs(TRACK);
      for (let project = 0; project < PROJECTS; project++) {
        const { between } = chance(SEED + project);
        const [host, server] = await Promise.all([makeEnabled(), startServer()]);
        const env = sendTo(server);
        const seen = new Set<string>();
        let acknowledged = 0;
        let makes = 0;
        for (let round = 0; round < ROUNDS; round++) {
          const victim = killed(
            host,
            [...TRACK, 'service_name=plex'],
            env,
            between(life / 4, 2 * life),
          );
          const command = host.make(['down'], env).then(() => sleep(between(0, 2 * life)));
          const writer = round % 3 === 0 ? host.shim([...TRACK, 'service_name=whoami'], env) : null;
          makes += 1;
          totals.kills += Number(await victim);
          await command;
          totals.kills += killDetached(host);
          if (writer) {
            const { status, stdout, stderr } = await writer;
            expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
            acknowledged += 1;
          }
          checkLock(host);
          const now = new Set(recorded(host).map(({ uuid }) => uuid));
          for (const uuid of seen) expect(now, 'a record was lost').toContain(uuid);
          for (const uuid of now) seen.add(uuid);
        }
        await quiet(host.root);
        await host.shim(['flush'], env);
        const events = recorded(host);
        const uuids = events.map(({ uuid }) => uuid);
        expect(new Set(uuids).size, 'no uuid is recorded twice').toBe(uuids.length);
        const about = (name: string) =>
          events.filter(({ properties }) => properties.service_name === name);
        expect(about('whoami'), 'what ended with status 0 is recorded').toHaveLength(acknowledged);
        const commands = events.filter(({ event }) => event === 'command_executed');
        expect(commands, 'every make command is recorded once').toHaveLength(makes);
        expect(new Set(counted(server).keys())).toEqual(new Set(uuids));
        totals.records += events.length;
        totals.makes += makes;
        totals.repeats += server.events().length - uuids.length;
        await server.close();
        host.remove();
      }
      expect(totals.kills).toBeGreaterThan(ROUNDS * PROJECTS * 0.5);
      tell(`recording: ${JSON.stringify(totals)}: all counted, each once`);
    },
    60_000 * PROJECTS,
  );

  it(
    'enable and reset-id leave a whole state file, with everything of others in it',
    async () => {
      const totals = { kills: 0, ids: 0, dropped: 0 };
      const life = await lifeMs(['reset-id']);
      for (let project = 0; project < PROJECTS; project++) {
        const { between, pick } = chance(SEED + 1_000 + project);
        const [host, server] = await Promise.all([makeEnabled(), startServer()]);
        const env = sendTo(server);
        const ids = new Set<string>();
        for (let round = 0; round < ROUNDS; round++) {
          const victims = [0, 1].map(() =>
            killed(
              host,
              [pick(['enable', 'reset-id', 'reset-id'])],
              env,
              between(life / 4, 1.5 * life),
            ),
          );
          const others = [
            host.shim([pick(['enable', 'reset-id', 'show-id', 'status'])], env),
            ...(round % 2 ? [host.shim([...TRACK, 'service_name=whoami'], env)] : []),
          ];
          for (const wasKilled of await Promise.all(victims)) totals.kills += Number(wasKilled);
          for (const { status, stderr } of await Promise.all(others)) {
            expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
          }
          checkLock(host);
          ids.add(/ANALYTICS_ID=(.*)/.exec(readFileSync(host.lock, 'utf8'))![1]!);
          recorded(host);
        }
        await host.shim(['flush'], env);
        const arrived = counted(server);
        const gone = dropped(host);
        for (const { uuid } of recorded(host)) {
          expect(arrived.has(uuid) || gone.has(uuid), 'sent, or dropped with a reason').toBe(true);
        }
        totals.ids += ids.size;
        totals.dropped += gone.size;
        await server.close();
        host.remove();
      }
      expect(totals.kills).toBeGreaterThan(ROUNDS * PROJECTS * 0.5);
      tell(`state: ${JSON.stringify(totals)}`);
    },
    60_000 * PROJECTS,
  );
});
