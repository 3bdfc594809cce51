// Bombs: little requests that unpack to much work, of clients that do not wait for an answer. The public token is
// enough to send them, so the batches of others must go on meanwhile.

import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { batchOf, type Collector, event, startCollector, TOKEN } from './support/collector';

const BOMBS = 20;
const EVENTS = 13_000; // 5 MB
const BATCHES = 6;
const PAD = 'x'.repeat(340);

const {
  uuid: _none,
  timestamp: _neither,
  ...bare
} = event({
  event: 'bomb',
  properties: { PAD },
}) as Record<string, unknown>;
const bomb = gzipSync(
  `{"api_key":"${TOKEN}","batch":[${Array(EVENTS).fill(JSON.stringify(bare)).join(',')}]}`,
);
/** As SDKs send what has gathered: more than a small body. */
const batch = () =>
  gzipSync(
    JSON.stringify(batchOf(...Array.from({ length: 300 }, () => event({ properties: { PAD } })))),
  );

let collector: Collector;
afterEach(async () => {
  await collector?.stop();
});

interface Bomb {
  readonly sent: ClientRequest;
  readonly isWritten: Promise<void>;
  answer?: IncomingMessage;
}

function throwBomb(): Bomb {
  const sent = request(`${collector.url}/batch/`, { method: 'POST', agent: false });
  const bombed: Bomb = { sent, isWritten: new Promise((done) => sent.end(bomb, done)) };
  sent.on('error', () => {}); // it leaves
  sent.on('response', (answer) => {
    bombed.answer = answer.resume();
  });
  return bombed;
}

async function msOfBatch(): Promise<number> {
  const body = batch();
  const began = performance.now();
  expect((await collector.post('/batch/', body)).status).toBe(200);
  return performance.now() - began;
}

async function stored(): Promise<number> {
  const metrics = await (await collector.admin('GET', '/metrics')).text();
  return Number(/events_accepted_total\{[^}]*\} (\d+)/.exec(metrics)![1]);
}

it('batches are answered while bombs come in, and what their clients left is not done', async () => {
  collector = await startCollector({ COLLECTOR_LOG: 'warn' });
  await msOfBatch();
  const aloneMs = await msOfBatch();

  const bombs = Array.from({ length: BOMBS }, throwBomb);
  await Promise.all(bombs.map(({ isWritten }) => isWritten));
  const all: number[] = [];
  for (let n = 0; n < BATCHES; n++) all.push(await msOfBatch());
  // A machine that is busy otherwise is slower, alone as well.
  expect(Math.max(...all)).toBeLessThan(2_000 + 5 * aloneMs);

  // One address has so many places; the others hear at once that they should come again.
  const refused = bombs.flatMap(({ answer }) => (answer?.statusCode === 503 ? [answer] : []));
  expect(refused.length).toBeGreaterThan(0);
  for (const { headers } of refused) expect(headers['retry-after']).toBe('1');
  expect(collector.output().match(/large requests are answered 503/g)).toHaveLength(1);

  for (const { sent } of bombs) sent.destroy();
  // Every one of these goes through the loop of events many times: the collector knows who left.
  for (let n = 0; n < 3; n++) await msOfBatch();
  const atLeave = await stored();
  // It stays, and its turn comes after all that came before it.
  expect((await collector.post('/batch/', bomb)).status).toBe(200);
  expect((await stored()) - atLeave).toBe(EVENTS);
  expect(atLeave).toBeLessThan((BOMBS / 2) * EVENTS);
});
