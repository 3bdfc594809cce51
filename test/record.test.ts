// log, clear: what people can see of their record, and that what is deleted is gone.

import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Host, makeHost } from './support/host';
import { ID, recordOf, timeOf, uuidOf, WHY, writeJournal } from './support/journal';
import { hasPty, onTerminal } from './support/pty';
import { startServer } from './support/server';

const pty = hasPty();
if (!pty) console.warn('\n!!! NO `script` HERE: what a terminal shows is NOT TESTED.\n');

interface Logged {
  events: { uuid: string; event: string; timestamp: string; fate: Record<string, string> }[];
  damaged: number;
}

/** A delivery that is not what is tested has all the time that a slow machine needs. */
const SENDING = { POSTHOG_API_KEY: 'phc_test', ONRAMP_ANALYTICS_TIMEOUT_MS: '10000' };

describe('the record', () => {
  let host: Host;

  beforeEach(async () => {
    host = await makeHost();
    await host.shim(['enable']);
    host.write('onramp.lock', host.read('onramp.lock').replace(/ID=.*/, `ID=${ID}`));
  });
  afterEach(() => host.remove());

  const log = async (...args: string[]): Promise<Logged> => {
    const { stdout, stderr, status } = await host.shim(['log', '--json', ...args]);
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    return JSON.parse(stdout) as Logged;
  };
  const fates = async (...args: string[]) => (await log(...args)).events.map(({ fate }) => fate);
  const waiting = async () =>
    (JSON.parse((await host.shim(['status', '--json'])).stdout) as { waiting: number }).waiting;

  describe('log', () => {
    it('tells what became of each event, from the end as from the beginning', async () => {
      writeJournal(host.root, { delivered: 3, dropped: 1, local: 1, waiting: 2 });
      const at = expect.any(String);
      const all = [
        ...Array(3).fill({ outcome: 'delivered', at }),
        { outcome: 'dropped', at, why: WHY },
        { outcome: 'local' },
        ...Array(2).fill({ outcome: 'waiting' }),
      ];
      expect(await fates('--limit', '0')).toEqual(all);
      expect(await fates('--limit', '100')).toEqual(all);
      expect(await fates('--limit', '4')).toEqual(all.slice(-4));
    });

    it('follows an event through real commands: local, waiting, delivered, dropped', async () => {
      const server = await startServer();
      const env = { ...SENDING, POSTHOG_HOST: server.url };
      const track = (extra: Record<string, string>) =>
        host.shim(['track', 'service_started', 'service_name=plex'], extra);
      await track({ ONRAMP_ANALYTICS_ENABLED: 'local' });
      await track({});
      expect((await fates()).map(({ outcome }) => outcome)).toEqual(['local', 'waiting']);
      await track(env);
      await server.close();
      await track({});
      await host.shim(['disable']);
      expect((await fates()).map(({ outcome }) => outcome)).toEqual([
        'local',
        'delivered',
        'delivered',
        'dropped',
      ]);
      expect((await fates())[3]!.why).toBe('analytics was turned off');
    });

    it('shows the newest last, 50 unless asked otherwise', async () => {
      writeJournal(host.root, { waiting: 70 });
      const { events } = await log();
      expect(events.map(({ uuid }) => uuid)).toEqual(
        Array.from({ length: 50 }, (_, index) => uuidOf(20 + index)),
      );
    });

    it('filters by event and time, and finds older ones behind newer ones', async () => {
      const begin = Date.parse('2026-03-01T00:00:00Z');
      writeJournal(host.root, { waiting: 3000 }, begin);
      const { events } = await log('--event', 'error_occurred', '--limit', '3');
      expect(events.map(({ event }) => event)).toEqual(Array(3).fill('error_occurred'));
      const since = new Date(timeOf(2_990, begin)).toISOString();
      expect((await log('--since', since)).events).toHaveLength(10);
      expect((await log('--since', '1m')).events).toHaveLength(0);
    });

    it('counts damaged lines, shows the others, and succeeds', async () => {
      writeJournal(host.root, { delivered: 2, waiting: 1 });
      const lines = host.read('.git/onramp-analytics/journal.ndjson').split('\n');
      lines.splice(1, 0, '{"uuid":"half of a', '\u0000\u0001', '[]', '{}', '"text"');
      writeFileSync(host.journal, lines.join('\n'));
      appendFileSync(host.journal, '{"uuid":"cut o');
      for (const limit of ['0', '100']) {
        const { events, damaged } = await log('--limit', limit);
        expect({ count: events.length, damaged }).toEqual({ count: 3, damaged: 6 });
      }
      const { status, stderr } = await host.shim(['log']);
      expect({ status, stderr }).toEqual({
        status: 0,
        stderr: '6 damaged line(s) in the journal could not be read and are left out.\n',
      });
    });

    it('says so when the line that told the outcome is damaged', async () => {
      writeJournal(host.root, { delivered: 2, waiting: 1 });
      const text = host.read('.git/onramp-analytics/journal.ndjson');
      writeFileSync(host.journal, text.replace('{"outcome":"deli', 'xxxxxxxxxxxxxxxx'));
      expect((await fates()).map(({ outcome }) => outcome)).toEqual([
        'unknown',
        'unknown',
        'waiting',
      ]);
    });

    it('never lets what stands in the journal move the cursor of a terminal', async () => {
      const record = {
        ...recordOf(6, Date.now()),
        properties: { service_name: '\u001b[2J\u202e' },
      };
      writeFileSync(host.journal, `${JSON.stringify(record)}\n`);
      const { stdout } = await host.shim(['log']);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
      expect(stdout).toContain('service_name=');
    });

    it('is empty, and no error, where nothing was recorded', async () => {
      expect(await log()).toEqual({ schema: 1, events: [], damaged: 0, beyond_limits: 0 });
    });

    it('says how an option is to be used', async () => {
      for (const [args, hint] of [
        [['--since', 'yesterday'], '--since takes'],
        [['--limit', 'many'], '--limit takes'],
        [['--event', 'nonsense'], 'Events: service_enabled'],
        [['--since'], '--since takes a value'],
      ] as const) {
        const { status, stderr } = await host.shim(['log', ...args]);
        expect(status).toBe(2);
        expect(stderr).toContain(hint);
      }
    });
  });

  describe('clear', () => {
    it('deletes every event, and what waited is never sent', async () => {
      writeJournal(host.root, { delivered: 2, waiting: 3 });
      const { status, stdout } = await host.shim(['clear', '--yes']);
      expect(status).toBe(0);
      expect(stdout).toContain('5 event(s) deleted. 3 of them waited to be sent');
      expect(existsSync(host.journal)).toBe(false);
      expect(await log()).toEqual({ schema: 1, events: [], damaged: 0, beyond_limits: 0 });
      expect(await waiting()).toBe(0);
      const server = await startServer();
      await host.shim(['flush'], { ...SENDING, POSTHOG_HOST: server.url });
      expect(server.requests).toHaveLength(0);
      await server.close();
    });

    it('leaves what make noted and nobody recorded yet behind as well', async () => {
      host.write(
        '.git/onramp-analytics/spool/reports',
        'service_enabled service_name=plex has_scaffold=true\n',
      );
      await host.shim(['clear', '--yes']);
      await host.shim(['flush']);
      expect(host.records()).toEqual([]);
    });

    it('goes on recording and sending afterwards', async () => {
      writeJournal(host.root, { delivered: 500 });
      await host.shim(['clear', '--yes']);
      const server = await startServer();
      const env = { ...SENDING, POSTHOG_HOST: server.url };
      await host.shim(['track', 'service_started', 'service_name=plex'], env);
      expect(server.events()).toHaveLength(1);
      expect((await fates()).map(({ outcome }) => outcome)).toEqual(['delivered']);
      await server.close();
    });

    it('counts every event once while commands go on: deleted, or still there', async () => {
      // About leases, not about the deadline: a machine that is busy takes longer than a second.
      const track = () =>
        host.shim(['track', 'service_started', 'service_name=plex'], {
          ONRAMP_ANALYTICS_TIMEOUT_MS: '20000',
        });
      const rounds = 3;
      const each = 4;
      let deleted = 0;
      for (let round = 0; round < rounds; round += 1) {
        const [{ stdout }] = await Promise.all([
          host.shim(['clear', '--yes']),
          ...Array.from({ length: each }, track),
        ]);
        const [, events = '0', waited = '0'] =
          /^(\d+) event\(s\) deleted. (\d+) of them waited/.exec(stdout) ?? [];
        expect(waited).toBe(events);
        deleted += Number(events);
      }
      expect(deleted + (await waiting())).toBe(rounds * each);
      expect((await log()).events).toHaveLength(await waiting());
    });

    it('keeps the lock as it is', async () => {
      writeJournal(host.root, { waiting: 3 });
      const before = host.read('onramp.lock');
      await host.shim(['clear', '--yes']);
      expect(host.read('onramp.lock')).toBe(before);
    });

    it.runIf(pty)('asks on a terminal, and takes only a yes', async () => {
      writeJournal(host.root, { waiting: 3 });
      const options = { cwd: host.root };
      const no = await onTerminal(['clear'], { ...options, input: '\n' });
      expect(no.stdout).toMatch(/What waits to be sent is dropped, too. \[y\/N\]/);
      expect(no.stdout).toContain('Nothing was deleted.');
      expect(await waiting()).toBe(3);
      const yes = await onTerminal(['clear'], { ...options, input: 'y\n' });
      expect(yes.stdout).toContain('3 event(s) deleted');
      expect(existsSync(host.journal)).toBe(false);
    });

    it('deletes nothing without a terminal or --yes', async () => {
      writeJournal(host.root, { waiting: 3 });
      const { status, stderr } = await host.shim(['clear'], {});
      expect(status).toBe(2);
      expect(stderr).toContain('--yes');
      expect(await waiting()).toBe(3);
    });

    it('writes nothing where there is no record', async () => {
      const bare = await makeHost();
      const { status } = await bare.shim(['clear', '--yes']);
      expect(status).toBe(0);
      expect(existsSync(join(bare.root, '.git/onramp-analytics'))).toBe(false);
      bare.remove();
    });
  });

  it('has a make target for each command', async () => {
    writeJournal(host.root, { delivered: 2, waiting: 3 });
    const log = await host.make(['analytics-log', 'ARGS=--limit 2']);
    expect(log.stdout.match(/^\d{4}-/gm)).toHaveLength(2);
    expect(JSON.parse((await host.make(['analytics-export'])).stdout)).toHaveLength(5);
    expect((await host.make(['analytics-report'])).stdout).toContain('5 event(s)');
    expect((await host.make(['analytics-clear'])).stderr).toContain('--yes');
    expect((await host.make(['analytics-clear', 'ARGS=--yes'])).stdout).toContain('5 event(s)');
    expect((await host.make(['analytics-forget', 'ARGS=--yes'])).status).toBe(0);
    expect(readFileSync(host.lock, 'utf8')).not.toContain(ID);
  });
});
