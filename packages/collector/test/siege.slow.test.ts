// A siege: 64 hostile requests at once, of every kind. The collector lives, stays small, and answers.

import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { batchOf, type Collector, event, startCollector, TOKEN } from './support/collector';
import { REQUESTS, type Sent, Siege } from './support/siege';

const MIB = 1024 * 1024;

let collector: Collector;
afterEach(async () => {
  await collector?.stop();
});

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const JSON_TYPE = { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` };

/** Twenty megabytes of `text`, in an envelope that has a token. */
const huge = (text: string, bytes = 19 * MIB) =>
  `{"api_key":"${TOKEN}","batch":[${text.repeat(bytes / text.length)}{}]}`;

const keys = Array.from({ length: 1_000_000 }, (_, n) => `"k${n}":1`).join(',');

/** Each kind is made once: what is sent 64 times is not what is measured. */
const KINDS: Record<string, Sent> = {
  'empty events, unknown token': [
    '/batch/',
    gzipSync(`{"api_key":"nope","batch":[${'{},'.repeat(740_000)}{}]}`),
  ],
  'empty events, known token': ['/batch/', gzipSync(huge('{},'))],
  'empty events, just few enough': ['/batch/', huge('{},', 149_990)],
  'a gzip of 20 MB of spaces': ['/batch/', gzipSync(Buffer.alloc(20 * MIB - 1, 0x20))],
  'a gzip of 200 MB': ['/batch/', gzipSync(Buffer.alloc(200 * MIB, 0x20))],
  'a gzip in base64': ['/e/', gzipSync(huge('[],')).toString('base64')],
  'a gzip in a form': [
    '/e/',
    `data=${encodeURIComponent(gzipSync(huge('"",')).toString('base64'))}`,
    FORM,
  ],
  'a form of a million fields': ['/e/', 'a=b&'.repeat(450_000), FORM],
  'a deflate': [
    '/i/v1/analytics/events',
    deflateSync(huge('[[[]]],')),
    { ...JSON_TYPE, 'content-encoding': 'deflate' },
  ],
  'a brotli': [
    '/i/v1/analytics/events',
    brotliCompressSync(huge('{"a":0},')),
    { ...JSON_TYPE, 'content-encoding': 'br' },
  ],
  'an event of a million keys': [
    '/e/',
    `{"api_key":"${TOKEN}","event":"e","distinct_id":"d","properties":{${keys}}}`,
  ],
  'telemetry of a million keys': [
    '/api/v1/telemetry/batch',
    gzipSync(`{"events":[{"event":"e","anonymous_id":"d","properties":{${keys}}}]}`),
  ],
  'opening brackets': ['/batch/', '['.repeat(19 * MIB)],
  'one text of backslashes': ['/batch/', gzipSync(`{"a":"${'\\\\'.repeat(9 * MIB)}"}`)],
  'many small texts': ['/batch/', gzipSync(`{"a":[${'"",'.repeat(6 * MIB)}""]}`)],
  'lz64 of one letter': ['/e/?compression=lz64', 'A'.repeat(130_000)],
  'more than 20 MB': ['/batch/', Buffer.alloc(21 * MIB, 0x20)],
  'events of nothing but depth': [
    '/batch/',
    huge(`{"event":"e","distinct_id":"d","properties":${'[{"a":'.repeat(30)}1${'}]'.repeat(30)}},`),
  ],
  'good events, as many as there may be': [
    '/batch/',
    gzipSync(JSON.stringify(batchOf(...Array.from({ length: 2_000 }, () => event())))),
  ],
  'an unknown token': ['/e/', JSON.stringify({ api_key: 'phc_x', batch: [event()] })],
  'no gzip at all': ['/batch/', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3])],
  'a query given twice': ['/e/?compression=gzip&compression=gzip', '{}'],
  'an install of an address': ['/v1/installs', '{"data":{"installation_id":"203.0.113.9"}}'],
};

it(`${REQUESTS} hostile requests at once, of ${Object.keys(KINDS).length} kinds, and mixed`, async () => {
  collector = await startCollector();
  const siege = new Siege(collector);
  try {
    for (const [name, kind] of Object.entries(KINDS)) await siege.endure(name, [kind]);
    await siege.endure('all of them, mixed', Object.values(KINDS));
  } finally {
    siege.end();
  }
  expect((await collector.post('/batch/', batchOf(event()))).status).toBe(200);
  const { status, stderr } = await collector.stop();
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
}, 600_000);
