// Limits: how much is recorded in a minute and an hour, and how much the journal ever holds.

import { appendFileSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BATCH, JOURNAL } from '../src/limits';
import { type Host, makeHost } from './support/host';
import { ID, lockOf, makeProject } from './support/project';
import { startServer } from './support/server';

const TRACK = ['track', 'service_started', 'service_name=plex'];
const NONE = { ONRAMP_ANALYTICS_SENDER: 'none', ONRAMP_ANALYTICS_TIMEOUT_MS: '60000' };
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let host: Host;
beforeEach(async () => {
  host = await makeProject(lockOf('1'));
  await host.shim(['enable']); // Makes the record folder.
});
afterEach(() => host.remove());

let next = 0;
/** A record of some time ago, as a line. */
function lineOf(ageMs: number): string {
  next += 1;
  return `${JSON.stringify({
    uuid: `0190a0a0-0000-7000-8000-${String(next).padStart(12, '0')}`,
    event: 'service_started',
    timestamp: new Date(Date.now() - ageMs).toISOString(),
    distinct_id: ID,
    properties: { service_name: 'custom', shim_version: '1.0.0', ci: false },
  })}\n`;
}
const fill = (count: number, ageMs: (index: number) => number) =>
  writeFileSync(
    host.journal,
    Array.from({ length: count }, (_, index) => lineOf(ageMs(index))).join(''),
  );
const countAfterTrack = async () => {
  const result = await host.shim(TRACK, NONE);
  expect(result).toMatchObject({ status: 0, stdout: '', stderr: '' });
  return host.records().length;
};

describe('recording', () => {
  it('stops at 60 events in a minute, silently, and nothing else is lost', async () => {
    fill(59, () => 1_000);
    expect(await countAfterTrack()).toBe(60);
    expect(await countAfterTrack()).toBe(60);
  });

  it('says how many were left out, and why, until the record is cleared', async () => {
    fill(60, () => 1_000);
    await countAfterTrack();
    await countAfterTrack();
    const words =
      /2 event\(s\) were not recorded \(from .* to .*\): no more than 60 a minute and 1000 an hour are\./;
    const plain = (text: string) => text.replace(/\s+/g, ' ');
    expect(plain((await host.shim(['status'])).stdout)).toMatch(words);
    expect(JSON.parse((await host.shim(['status', '--json'])).stdout).beyond_limits.events).toBe(2);
    expect(JSON.parse((await host.shim(['log', '--json'])).stdout).beyond_limits).toBe(2);
    for (const name of ['log', 'report']) {
      expect(plain((await host.shim([name])).stderr)).toMatch(words);
    }
    await host.shim(['clear', '--yes']);
    expect((await host.shim(['status'])).stdout).not.toContain('Left out');
    expect((await host.shim(['log'])).stderr).not.toContain('not recorded');
  });

  it('goes on when the minute is over', async () => {
    fill(60, () => MINUTE + 1_000);
    expect(await countAfterTrack()).toBe(61);
  });

  it('stops at 1,000 events in an hour', async () => {
    fill(999, (index) => 55 * MINUTE - index * 2_000);
    expect(await countAfterTrack()).toBe(1_000);
    expect(await countAfterTrack()).toBe(1_000);
  });

  it('counts the new ones behind an old one that was recorded late', async () => {
    fill(60, (index) => (index === 58 ? 3 * 60 * MINUTE : 1_000));
    expect(await countAfterTrack()).toBe(61);
    expect(await countAfterTrack()).toBe(61);
  });

  it('goes on when the hour is over', async () => {
    fill(1_000, (index) => 110 * MINUTE - index * 2_000);
    expect(await countAfterTrack()).toBe(1_001);
  });

  it('does not count what became of events, nor lines that are damaged', async () => {
    fill(59, () => 1_000);
    const outcome = { outcome: 'delivered', at: new Date().toISOString(), uuids: [] };
    appendFileSync(host.journal, `${JSON.stringify(outcome)}\n`.repeat(50));
    appendFileSync(host.journal, 'damaged\n'.repeat(50));
    const before = host.records().length;
    expect(await countAfterTrack()).toBe(before + 1);
  });

  it('holds for events that a recipe reports as well', async () => {
    const recipe = [
      'many:',
      '\t@for i in 1 2 3 4 5 6 7 8 9 10; do for j in 1 2 3 4 5 6 7 8 9 10; do \\',
      '\t$(call analytics-event,service_started,service_name=plex); done; done',
      '',
    ].join('\n');
    const many = await makeHost({ files: { Makefile: recipe, 'onramp.lock': lockOf('1') } });
    const made = await many.make(['many'], { ...NONE, ONRAMP_ANALYTICS_SYNC: '1' });
    expect(made).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(many.records()).toHaveLength(60);
    many.remove();
  });
});

describe('one request', () => {
  it(`carries at most ${BATCH.events} events; the rest follows at once`, async () => {
    fill(BATCH.events * 2 + 1, () => 2 * MINUTE);
    const server = await startServer();
    await host.shim(['flush'], {
      POSTHOG_API_KEY: 'k',
      POSTHOG_HOST: server.url,
      ONRAMP_ANALYTICS_TIMEOUT_MS: '60000',
    });
    await server.close();
    expect(server.requests.map(({ body }) => body.batch?.length)).toEqual([
      BATCH.events,
      BATCH.events,
      1,
    ]);
  });
});

describe('the journal forgets', () => {
  const tooOld = JOURNAL.maxAgeMs + 3 * DAY;
  const cases: [string, string, Record<string, string>][] = [
    ['where events are sent', '1', {}],
    ['in local mode', 'local', {}],
    ['where nothing is sent', '1', { ONRAMP_ANALYTICS_SENDER: 'none' }],
    ['where there is no key', '1', { POSTHOG_API_KEY: '' }],
  ];
  it.each(cases)('what is older than 400 days, %s', async (_where, mode, env) => {
    const server = await startServer();
    host.write('onramp.lock', lockOf(mode));
    const linesOf = (ages: readonly number[]) => ages.map(lineOf).join('');
    const old = linesOf([tooOld, tooOld]);
    const young = linesOf(Array(20).fill(DAY));
    writeFileSync(host.journal, old + young);
    const cursor = Buffer.byteLength(old);
    const state = { cursor, batch: 100, failures: 0, retryAtMs: 0, last: null };
    writeFileSync(join(host.record, 'delivery.json'), JSON.stringify(state));
    const first = host.records()[2]!.uuid;
    await host.shim(TRACK, {
      POSTHOG_API_KEY: 'k',
      POSTHOG_HOST: server.url,
      ONRAMP_ANALYTICS_TIMEOUT_MS: '60000',
      ...env,
    });
    await server.close();
    const uuids = host.records().flatMap((record) => record?.uuid ?? []);
    expect(uuids).toHaveLength(21);
    expect(uuids[0]).toBe(first);
  });

  it('its older half when it outgrows its size, and loses nothing that waits after', async () => {
    const padding = `${'x'.repeat(32_767)}\n`;
    const half = padding.repeat(Math.ceil(JOURNAL.maxBytes / 2 / padding.length) + 1);
    mkdirSync(join(host.root, '.git/onramp-analytics'), { recursive: true });
    writeFileSync(host.journal, lineOf(DAY) + half);
    appendFileSync(host.journal, lineOf(DAY) + half);
    expect(statSync(host.journal).size).toBeGreaterThan(JOURNAL.maxBytes);
    appendFileSync(host.journal, lineOf(DAY));
    const server = await startServer();
    const env = {
      POSTHOG_API_KEY: 'k',
      POSTHOG_HOST: server.url,
      ONRAMP_ANALYTICS_TIMEOUT_MS: '60000',
    };
    await host.shim(TRACK, env);
    expect(statSync(host.journal).size).toBeLessThan(JOURNAL.maxBytes / 2 + 1_000_000);
    await host.shim(['flush'], env);
    await server.close();
    const uuids = server.events().map(({ uuid }) => uuid);
    expect(new Set(uuids).size).toBe(uuids.length);
    expect(uuids.slice(-2)).toEqual(
      host
        .records()
        .flatMap((record) => record?.uuid ?? [])
        .slice(-2),
    );
  });

  describe('97 MiB, within a deadline of 200 ms', () => {
    const GUARD_MS = 700;
    const fast = { ...NONE, ONRAMP_ANALYTICS_TIMEOUT_MS: '200' };
    const padding = `${'x'.repeat(32_767)}\n`;
    const long = (line: string) => {
      mkdirSync(host.record, { recursive: true });
      writeFileSync(host.journal, line);
      const piece = line.repeat(Math.ceil((1024 * 1024) / line.length));
      for (let mib = 0; mib < 97; mib += 1) appendFileSync(host.journal, piece);
      expect(statSync(host.journal).size).toBeGreaterThan(JOURNAL.maxBytes);
    };

    it.each([
      ['that is to be cut', () => long(padding), fast],
      ['of events that wait, with a delivery state that was lost', () => long(lineOf(DAY)), fast],
      [
        'of outcomes, with a delivery state that was lost',
        () => long('{"outcome":"delivered","at":"2026-01-01T00:00:00.000Z","uuids":["x"]}\n'),
        {
          POSTHOG_API_KEY: 'k',
          POSTHOG_HOST: 'http://127.0.0.1:1',
          ONRAMP_ANALYTICS_TIMEOUT_MS: '200',
        },
      ],
    ])('%s: it ends in time, and leaves no half of it', async (_what, make, env) => {
      const walls: number[] = [];
      for (let round = 0; round < 3; round += 1) {
        make();
        const result = await host.shim(TRACK, env);
        expect(result).toMatchObject({ status: 0, stdout: '', stderr: '' });
        walls.push(result.wallMs);
        expect(readdirSync(host.record).filter((name) => name.endsWith('.tmp'))).toEqual([]);
      }
      // The machine may be busy; not each time.
      expect(Math.min(...walls)).toBeLessThan(GUARD_MS);
      expect((await host.shim(['disable'])).status).toBe(0);
    });
  });
});
