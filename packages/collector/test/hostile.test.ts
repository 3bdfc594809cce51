// Hostile clients: bombs, ten thousand odd bodies, addresses in every place. Nothing breaks.

import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import lz from 'lz-string';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { batchOf, event, makeFolder, startCollector, TOKEN } from './support/collector';

let folder: ReturnType<typeof makeFolder>;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => folder.remove());

const rssMiB = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;

/** Codes that each stand for one letter more than the last: the text grows with their square. */
function lz64Bomb(codes: number): string {
  const bits: number[] = [];
  const put = (value: number, width: number) => {
    for (let bit = 0; bit < width; bit++) bits.push((value >> bit) & 1);
  };
  put(0, 2);
  put(65, 8);
  for (let n = 0, width = 3, room = 4; n < codes; n++) {
    put(4 + n, width);
    if (--room === 0) room = 2 ** width++;
  }
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  let text = '';
  while (bits.length % 6 !== 0) bits.push(0);
  for (let at = 0; at < bits.length; at += 6) {
    text += letters[Number.parseInt(bits.slice(at, at + 6).join(''), 2)];
  }
  return text;
}

describe('bombs', () => {
  it.each<[string, () => [path: string, body: Buffer | string]]>([
    [
      'gzip that becomes 200 MB',
      () => ['/batch/', gzipSync(Buffer.alloc(200 * 1024 * 1024, 0x20))],
    ],
    [
      'gzip of one huge text',
      () => ['/batch/', gzipSync(`{"a":"${'x'.repeat(30 * 1024 * 1024)}"}`)],
    ],
    ['lz64 that becomes 32 MB', () => ['/e/?compression=lz64', lz64Bomb(8_000)]],
    ['19 MB of opening brackets', () => ['/batch/', '['.repeat(19 * 1024 * 1024)]],
    ['19 MB of empty objects', () => ['/batch/', `[${'{},'.repeat(6 * 1024 * 1024)}{}]`]],
    ['more than 20 MB', () => ['/batch/', Buffer.alloc(21 * 1024 * 1024, 0x20)]],
  ])('%s: refused, and memory is given back', async (_name, make) => {
    const collector = await startCollector({}, { folder: folder.path });
    const [path, body] = make();
    for (let n = 0; n < 3; n++) {
      // An answer, never a connection that is reset: whoever sees that sends it again.
      expect([400, 413]).toContain((await collector.post(path, body)).status);
    }
    expect(rssMiB(collector.pid)).toBeLessThan(400);
    expect((await collector.post('/batch/', batchOf(event()))).status).toBe(200);
    await collector.stop();
  });
});

describe('a body that is too large', () => {
  it('is answered with 413 even when it does not say how large it is', async () => {
    const collector = await startCollector({}, { folder: folder.path });
    const status = await new Promise<number | undefined>((done) => {
      const sent = request(`${collector.url}/batch/`, { method: 'POST' }, (answer) => {
        sent.destroy();
        done(answer.statusCode);
      });
      sent.on('error', () => {});
      const piece = Buffer.alloc(1024 * 1024, 0x20);
      const more = () => {
        while (!sent.destroyed && sent.write(piece));
      };
      sent.on('drain', more);
      more();
    });
    expect(status).toBe(413);
    await collector.stop();
  });
});

describe('hostile bodies', () => {
  const RUNS = Number(process.env.TEST_HOSTILE ?? 1_000);
  it(`${RUNS} of them: no crash, no 5xx but 503, memory bounded`, async () => {
    const collector = await startCollector({}, { folder: folder.path });
    const paths = [
      '/batch/',
      '/e/',
      '/capture',
      '/i/v0/e/',
      '/track',
      '/engage/',
      '/i/v1/analytics/events',
      '/api/v1/telemetry/batch',
      '/flags',
      '/decide',
    ];
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 4 }),
      fc.constantFrom(
        '__proto__',
        'constructor',
        '\ud800',
        '\0',
        -0,
        1e308,
        'toString',
        '127.0.0.1',
      ),
    );
    const eventLike = fc.record(
      {
        event: fc.oneof(fc.string(), value),
        distinct_id: fc.oneof(fc.string(), value),
        uuid: fc.oneof(fc.uuid(), value),
        timestamp: fc.oneof(fc.date({ noInvalidDate: true }).map(String), value),
        offset: value,
        options: value,
        $set: value,
        properties: fc.oneof(
          fc.dictionary(
            fc.oneof(
              fc.string(),
              fc.constantFrom(
                'command',
                'success',
                'duration_ms',
                '$ip',
                '__proto__',
                'os',
                'ci',
                'token',
              ),
            ),
            value,
          ),
          value,
        ),
      },
      { requiredKeys: [] },
    );
    const body = fc.oneof(
      fc
        .array(fc.oneof({ weight: 4, arbitrary: eventLike }, value), { maxLength: 5 })
        .map((batch) => ({ api_key: TOKEN, batch, events: batch, sent_at: 'x', created_at: 1 })),
      eventLike.map((one) => ({ ...one, token: TOKEN })),
      value,
    );
    const wrapped = fc.oneof(
      body.map((each) => JSON.stringify(each) ?? ''),
      body.map((each) => gzipSync(JSON.stringify(each) ?? '')),
      body.map((each) => gzipSync(JSON.stringify(each) ?? '').subarray(0, -5)),
      body.map((each) => Buffer.from(JSON.stringify(each) ?? '').toString('base64')),
      body.map((each) => lz.compressToBase64(JSON.stringify(each) ?? '')),
      body.map((each) => `data=${encodeURIComponent((JSON.stringify(each) ?? '').toWellFormed())}`),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc.string({ unit: 'binary' }),
    );
    const headers = fc.record({
      'content-type': fc.constantFrom(
        'application/json',
        'text/plain',
        'application/x-www-form-urlencoded',
        'application/json; charset=utf-16',
        '*/*',
      ),
      authorization: fc.constantFrom(`Bearer ${TOKEN}`, 'Bearer', 'Basic eA=='),
    });
    const query = fc.constantFrom(
      '',
      '?compression=gzip',
      '?compression=lz64',
      '?compression=base64',
      '?data=%ff%00',
      '?beacon=1',
      '?_=1',
      '?data=W10%3D&compression=gzip',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        query,
        headers,
        wrapped,
        async (path, end, head, sent) => {
          const { status } = await collector.post(path + end, sent, head);
          expect(status === 503 || status < 500).toBe(true);
        },
      ),
      { numRuns: RUNS },
    );
    // And of what did get in, every number is right.
    const events = await collector.events();
    const summary = await collector.summary('?from=2020-01-01');
    const days = events.filter(({ timestamp }) => timestamp.slice(0, 10) <= summary.to);
    expect(summary.totals.events).toBe(days.length);
    expect(events.length).toBeGreaterThan(0);
    expect(rssMiB(collector.pid)).toBeLessThan(300);
    expect((await collector.post('/batch/', batchOf(event()))).status).toBe(200);
    expect((await collector.stop()).status).toBe(0);
  }, 300_000);
});

describe('addresses', () => {
  it('are nowhere: not in the database, not in the log, not in an export', async () => {
    const collector = await startCollector(
      { COLLECTOR_TRUST_PROXY: '1', COLLECTOR_LOG: 'debug' },
      { folder: folder.path },
    );
    const V4 = '203.0.113.77';
    const V6 = '2001:db8::abcd:77';
    const headers = { 'x-forwarded-for': V4, forwarded: `for=${V4}`, 'x-real-ip': V6 };
    const holding = {
      $ip: V4,
      ip: V6,
      ip_address: V4,
      $geoip_city_name: 'Nowhere',
      text: `from ${V4}:8080, [${V6}]`,
      url: `http://${V4}/a?b=${V6}`,
      deep: [{ [V4]: V6 }],
      command: V4,
      mapped: `::ffff:${V4}`,
      version: '1.2.3',
      time: '12:30:45',
    };
    const one = event({ properties: holding });
    await collector.post('/batch/?ip=1', batchOf(one), headers);
    await collector.post(
      '/batch/',
      batchOf(event({ distinct_id: V4 }), event({ event: `e ${V4}` })),
      headers,
    );
    await collector.post(
      '/batch/',
      batchOf(event({ event: 7, properties: holding, distinct_id: V6 })),
      headers,
    );
    await collector.post(
      '/v1/events',
      { data: { installation_id: 'i', event_type: 'installation_started', properties: holding } },
      headers,
    );
    await collector.post(
      '/v1/installs',
      { data: { installation_id: 'i', properties: holding } },
      headers,
    );
    await collector.post('/v1/installs', { data: { installation_id: V4 } }, headers);
    await collector.post('/batch/', '{', headers);
    await collector.post('/batch/', { api_key: 'phc_nobody', batch: [one] }, headers);
    const exports = await Promise.all(
      [
        '/api/v1/export',
        '/api/v1/export?format=csv',
        '/api/v1/dead-letters',
        '/v1/installs',
        '/metrics',
      ].map(async (path) => (await collector.admin('GET', path)).text()),
    );
    const stored = (await collector.events()).find(({ uuid }) => uuid === one.uuid);
    expect(stored?.properties).toMatchObject({ version: '1.2.3', time: '12:30:45' });
    await collector.stop();
    const files = readdirSync(folder.path).map((name) =>
      readFileSync(join(folder.path, name), 'latin1'),
    );
    for (const text of [...exports, ...files, collector.output()]) {
      for (const address of [V4, V6, 'Nowhere', 'cb00714d'])
        expect(text.includes(address)).toBe(false);
    }
  });
});

it('keeps no half of a character, which other readers of JSON refuse with all that stands beside it', async () => {
  const collector = await startCollector({}, { folder: folder.path });
  const properties = '{"\\ud800":"\\udfff and \\\\ud800","whole":"\\ud83d\\ude00"}';
  const body = `{"api_key":"${TOKEN}","batch":[{"event":"e","distinct_id":"d","properties":${properties}}]}`;
  expect((await collector.request('POST', '/batch/', body)).status).toBe(200);
  const answer = await collector.admin('GET', '/api/v1/export?format=ndjson');
  expect(JSON.parse(await answer.text()).properties).toEqual({
    '\ufffd': '\ufffd and \\ud800',
    whole: '😀',
  });
  await collector.stop();
});
