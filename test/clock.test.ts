// Clocks that are wrong: what is recorded stays, and what waits is sent.

import { appendFileSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JOURNAL } from '../src/limits';
import { type Host, makeHost } from './support/host';
import { note } from './support/notes';
import { ID, lockOf, makeProject } from './support/project';
import { RECORD_ONLY } from './support/recorded';
import { startServer } from './support/server';

const DAY = 24 * 3_600_000;
const YEAR = 365 * DAY;
const TRACK = ['track', 'service_started', 'service_name=plex'];
const NONE = { ONRAMP_ANALYTICS_SENDER: 'none', ONRAMP_ANALYTICS_TIMEOUT_MS: '30000' };
const OLD = JOURNAL.maxAgeMs + 3 * DAY;

let host: Host;
beforeEach(async () => {
  host = await makeProject(lockOf('1'));
  await host.shim(['track', 'service_started', 'service_name=first'], NONE);
});
afterEach(() => host.remove());

/** The shim, at another time. */
const at = (shiftMs: number, args: readonly string[], env: Record<string, string> = NONE) =>
  host.shim(args, {
    ...env,
    NODE_OPTIONS: `--require=${resolve(import.meta.dirname, 'support/shifted-clock.cjs')}`,
    SHIFT_CLOCK_MS: String(shiftMs),
  });

let next = 0;
function lineOf(ageMs: number, uuid?: string): string {
  next += 1;
  return `${JSON.stringify({
    uuid: uuid ?? `0190a0a0-0000-7000-8000-${String(next).padStart(12, '0')}`,
    event: 'service_started',
    timestamp: new Date(Date.now() - ageMs).toISOString(),
    distinct_id: ID,
    properties: { service_name: 'custom', shim_version: '1.0.0', ci: false },
  })}\n`;
}

/** A journal of these ages, all delivered but the last `waiting`. */
function fill(ages: readonly number[], waiting = 0): string[] {
  const lines = ages.map((age) => lineOf(age));
  const text = lines.join('');
  writeFileSync(host.journal, text);
  const cursor = Buffer.byteLength(lines.slice(0, lines.length - waiting).join(''));
  const state = { cursor, batch: 100, failures: 0, retryAtMs: 0, last: null };
  writeFileSync(join(host.record, 'delivery.json'), JSON.stringify(state));
  return lines.map((line) => (JSON.parse(line) as { uuid: string }).uuid);
}
const uuids = () => host.records().flatMap((record) => record?.uuid ?? []);
const recent = (count: number) => Array.from({ length: count }, (_, index) => DAY + index * 1000);

describe('one command with a clock two years ahead', () => {
  it.each([3, 100])('deletes nothing of %i events, delivered or waiting', async (count) => {
    const before = fill(recent(count), 2);
    await at(2 * YEAR, TRACK);
    expect(uuids()).toEqual([...before, expect.any(String)]);
    await host.shim(TRACK, NONE);
    expect(uuids().slice(0, count)).toEqual(before);
    expect(uuids()).toHaveLength(count + 2);
  });

  it('nor does its own event age others, or get aged, when the time is right again', async () => {
    fill([]);
    for (let count = 0; count < 3; count += 1) await at(2 * YEAR, TRACK);
    appendFileSync(
      host.journal,
      recent(60)
        .map((age) => lineOf(age))
        .join(''),
    );
    const before = uuids();
    await host.shim(TRACK, NONE);
    expect(uuids().slice(0, before.length)).toEqual(before);
  });
});

describe('a clock that is set while a command runs', () => {
  const commands = () => host.records().filter((record) => record?.event === 'command_executed');
  const durations = () =>
    commands().map((record) => (record!.properties as { duration_ms?: number }).duration_ms);
  /** Has a command noted that began and ended so many ms from now, by the clock. */
  const noted = (beganMs: number, endedMs: number, flags = '', over = '') => {
    const id = note(host, { status: 0, flags });
    const file = (name: string) => join(host.record, 'spool', `${id}.${name}`);
    writeFileSync(file('end'), `0${over}\n`);
    for (const [name, ms] of Object.entries({ start: beganMs, end: endedMs })) {
      const at = new Date(Date.now() + ms);
      utimesSync(file(name), at, at);
    }
  };

  it('changes nothing about how long it took', async () => {
    const touch = 'touch -d 1960-01-01 .git/onramp-analytics/spool/*.start';
    host.remove();
    host = await makeHost({ files: { Makefile: `all: ; @sleep 0.2; ${touch}\n` } });
    host.write('onramp.lock', lockOf('1'));
    expect(await host.make(['all'], RECORD_ONLY)).toMatchObject({ status: 0, stderr: '' });
    const [took] = durations();
    expect(took).toBeGreaterThanOrEqual(190);
    expect(took).toBeLessThan(60_000);
  });

  it.each([
    ['back', 0, -5000],
    ['from 1960', -66 * YEAR, 0],
    ['to 2200', -1000, 170 * YEAR],
  ])('leaves the duration out where only the clock tells it: %s', async (_where, began, ended) => {
    noted(began, ended);
    await host.shim(['collect'], NONE);
    expect(durations()).toEqual([undefined]);
  });

  it.each([
    ['back', 0, -5000],
    ['from 1960', -66 * YEAR, 0],
    ['to 2200', -1000, 170 * YEAR],
    ['by an hour', -1000, 3_600_000],
  ])('does not where the uptime is noted: %s', async (_where, began, ended) => {
    noted(began, ended, 'up=99.75', ' 112.25');
    await host.shim(['collect'], NONE);
    expect(durations()).toEqual([12_500]);
  });

  it('gives no event a time in the future', async () => {
    noted(-20_000, 170 * YEAR, 'up=100.00', ' 112.00');
    await host.shim(['collect'], NONE);
    const [ago] = commands().map((record) => Date.now() - Date.parse(String(record!.timestamp)));
    expect(ago).toBeGreaterThanOrEqual(8000);
    expect(ago).toBeLessThan(20_000);
  });

  it('an uptime that is none, or goes back, counts for nothing', async () => {
    for (const over of [' x', ' 1e3', ' 50.00', '']) noted(-3000, 0, 'up=99.00', over);
    await host.shim(['collect'], NONE);
    for (const took of durations()) expect(Math.abs(took! - 3000)).toBeLessThan(100);
    expect(durations()).toHaveLength(4);
  });
});

describe('an event of 1970', () => {
  it('stays when the time is right, and is sent', async () => {
    const to1970 = 3_600_000 - Date.now();
    await at(to1970, TRACK);
    note(host, { status: 0 });
    await at(to1970, ['collect']);
    const before = uuids();
    expect(before.length).toBeGreaterThanOrEqual(2);
    expect(host.records()[1]!.timestamp).toMatch(/^1970-/);
    const server = await startServer();
    const env = { POSTHOG_API_KEY: 'k', POSTHOG_HOST: server.url };
    await host.shim(TRACK, { ...env, ONRAMP_ANALYTICS_TIMEOUT_MS: '30000' });
    await server.close();
    expect(server.events().map(({ uuid }) => uuid)).toEqual(uuids());
    expect(uuids().slice(0, before.length)).toEqual(before);
  });

  it('that is the first of a record stays, and is sent, when the time is right', async () => {
    rmSync(host.journal);
    await at(3_600_000 - Date.now(), TRACK);
    const [first] = uuids();
    expect(host.records()[0]!.timestamp).toMatch(/^1970-/);
    const server = await startServer();
    const env = { POSTHOG_API_KEY: 'k', POSTHOG_HOST: server.url };
    await host.shim(TRACK, { ...env, ONRAMP_ANALYTICS_TIMEOUT_MS: '30000' });
    await server.close();
    expect(uuids()).toHaveLength(2);
    expect(uuids()[0]).toBe(first);
    expect(server.events().map(({ uuid }) => uuid)).toEqual(uuids());
  });

  it('is not aged, and ages nothing', async () => {
    const sinceMs = Date.now() - 1000;
    const before = fill([sinceMs, sinceMs, ...recent(40)]);
    await host.shim(TRACK, NONE);
    expect(uuids().slice(0, before.length)).toEqual(before);
    // A clock of 1970 finds a journal of the future.
    await at(3_600_000 - Date.now(), TRACK);
    expect(uuids().slice(0, before.length)).toEqual(before);
  });
});

describe('an event older than 400 days', () => {
  it('goes when the journal itself has gone on for so long', async () => {
    const before = fill([OLD, OLD, ...recent(30)]);
    await host.shim(TRACK, NONE);
    expect(uuids()).toEqual([...before.slice(2), expect.any(String)]);
  });

  it('stays while it waits, whatever its age', async () => {
    const before = fill([OLD, OLD, OLD, ...recent(30)], 32);
    await host.shim(TRACK, NONE);
    // The first was delivered; the second waits.
    expect(uuids()).toEqual([...before.slice(1), expect.any(String)]);
  });

  it('goes with what became of it, and the cursor moves along', async () => {
    const [old, ...others] = fill([OLD, ...recent(25)]);
    const outcome = { outcome: 'delivered', at: new Date().toISOString(), uuids: [old] };
    const lines = readFileSync(host.journal, 'utf8').split('\n');
    lines.splice(1, 0, JSON.stringify(outcome));
    writeFileSync(host.journal, lines.join('\n'));
    const cursor = Buffer.byteLength(lines.join('\n'));
    const state = { cursor, batch: 100, failures: 0, retryAtMs: 0, last: null };
    writeFileSync(join(host.record, 'delivery.json'), JSON.stringify(state));
    const server = await startServer();
    const env = { POSTHOG_API_KEY: 'k', POSTHOG_HOST: server.url };
    await host.shim(TRACK, { ...env, ONRAMP_ANALYTICS_TIMEOUT_MS: '30000' });
    await server.close();
    expect(uuids().slice(0, -1)).toEqual(others);
    expect(server.events()).toHaveLength(1);
    expect(readFileSync(host.journal, 'utf8')).not.toContain(old);
  });
});
