// Large requests: counted and measured before they are built, and worked on a piece at a time.

import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { batchOf, type Collector, event, startCollector, TOKEN } from './support/collector';
import { heldUpMs, watchHealth } from './support/health';

let collector: Collector;
afterEach(async () => {
  await collector?.stop();
});

const peakMiB = (pid: number) =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;

const lettersOf = async () =>
  (
    (await (await collector.admin('GET', '/api/v1/dead-letters?limit=1000')).json()) as {
      dead_letters: { reason: string; distinct_id: string | null; payload: unknown }[];
    }
  ).dead_letters;

describe('a batch of far too many events', () => {
  // 24 KB in all, which were half a gigabyte of objects.
  const body = (token: string) =>
    gzipSync(`{"api_key":"${token}","batch":[${'{},'.repeat(740_000)}{}]}`, { level: 9 });

  it.each(['nope', TOKEN])('with the token %s: refused, and memory stays flat', async (token) => {
    collector = await startCollector();
    await collector.post('/batch/', batchOf(event()));
    const sent = body(token);
    expect(sent.length).toBeLessThan(4_000);
    const beforeMiB = peakMiB(collector.pid);
    const statuses = await Promise.all(
      Array.from({ length: 11 }, async () => (await collector.post('/batch/', sent)).status),
    );
    expect(statuses).toEqual(Array(11).fill(413));
    expect(peakMiB(collector.pid) - beforeMiB).toBeLessThan(100);
    expect((await collector.post('/batch/', batchOf(event()))).status).toBe(200);
  });

  it('of a known token, at the limit: a hundred dead letters, and a number for the rest', async () => {
    collector = await startCollector();
    const answer = await collector.post(
      '/batch/',
      `{"api_key":"${TOKEN}","batch":[${'{},'.repeat(49_999)}{}]}`,
    );
    expect(answer.status).toBe(400);
    expect(await lettersOf()).toHaveLength(100);
    const metrics = await (await collector.admin('GET', '/metrics')).text();
    expect(metrics).toContain('rejected_total{reason="missing_event"} 50000');
  });
});

describe('one event of a million keys', () => {
  const keys = () => Array.from({ length: 1_000_000 }, (_, n) => `"k${n}":${n}`).join(',');
  it.each<[string, string, (properties: string) => string, number]>([
    [
      'alone',
      '/e/',
      (all) => `{"api_key":"${TOKEN}","event":"e","distinct_id":"d","properties":{${all}}}`,
      413,
    ],
    [
      'in a batch',
      '/batch/',
      (all) =>
        `{"api_key":"${TOKEN}","batch":[${JSON.stringify(event())},{"event":"e","distinct_id":"d","properties":{${all}}}]}`,
      200,
    ],
    [
      'as the telemetry of somebody',
      '/api/v1/telemetry/batch',
      (all) =>
        `{"api_key":"${TOKEN}","events":[{"event":"e","anonymous_id":"d","properties":{${all}}}]}`,
      413,
    ],
    ['around the batch', '/batch/', (all) => `{"api_key":"${TOKEN}","batch":[{}],${all}}`, 413],
  ])('%s stops nothing', async (_name, path, make, status) => {
    collector = await startCollector();
    const body = make(keys());
    const health = await watchHealth(collector.url);
    expect((await collector.post(path, body)).status).toBe(status);
    expect(heldUpMs(await health.end())).toBeLessThan(250);
  });
});

describe('events over 10 KB', () => {
  it('are counted, said in the answer, and dead letters; their neighbours are stored', async () => {
    collector = await startCollector();
    const pad = (bytes: number) => ({ properties: { pad: 'x'.repeat(bytes) } });
    const good = event();
    const answer = await collector.post(
      '/batch/',
      batchOf(
        event({ distinct_id: 'large', ...pad(11_000) }),
        good,
        event(pad(30_000)),
        event(pad(3_000_000)), // never parsed
      ),
    );
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ status: 'Ok', rejected: 3 });
    expect((await collector.events()).map(({ uuid }) => uuid)).toEqual([good.uuid]);
    const metrics = await (await collector.admin('GET', '/metrics')).text();
    expect(metrics).toContain('rejected_total{reason="too_large"} 3');
    const letters = await lettersOf();
    expect(letters.map(({ reason }) => reason)).toEqual(Array(3).fill('too_large'));
    expect(letters[0]).toMatchObject({ distinct_id: 'large', payload: { event: good.event } });
    expect(letters.slice(1).map(({ payload }) => payload)).toEqual([null, null]);
  });
});

describe('a large batch of good events', () => {
  it('is stored whole, in order, once, and holds nobody up', async () => {
    collector = await startCollector();
    const events = Array.from({ length: 20_000 }, () => event());
    const { uuid: _none, ...bare } = event();
    // Two that are alike, in different pieces, are two events.
    const batch = batchOf(bare, ...events, bare);
    const health = await watchHealth(collector.url);
    for (let again = 0; again < 2; again++) {
      expect((await collector.post('/batch/', gzipSync(JSON.stringify(batch)))).status).toBe(200);
    }
    expect(heldUpMs(await health.end())).toBeLessThan(250);
    expect((await collector.summary()).totals.events).toBe(events.length + 2);
  });

  it('gives back what it held: many of them one after another', async () => {
    collector = await startCollector();
    const body = gzipSync(JSON.stringify(batchOf(event({ properties: { a: 'x'.repeat(9_000) } }))));
    const large = gzipSync(`${JSON.stringify(batchOf(event()))}${' '.repeat(15_000_000)}`);
    for (let n = 0; n < 20; n++) {
      expect((await collector.post('/batch/', large)).status).toBe(413); // 15 MB around one event
      expect((await collector.post('/batch/', body)).status).toBe(200);
    }
  });
});
