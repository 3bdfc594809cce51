// `collector forward`: everything arrives, whatever was erased and wherever it was sent before.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startServer } from '../../../test/support/server';
import {
  batchOf,
  type Collector,
  command,
  event,
  makeFolder,
  startCollector,
} from './support/collector';

let folder: ReturnType<typeof makeFolder>;
let collector: Collector;
let posthog: Awaited<ReturnType<typeof startServer>>;
beforeEach(async () => {
  folder = makeFolder();
  collector = await startCollector({}, { folder: folder.path });
  posthog = await startServer((_request, response) => response.end('{}'));
});
afterEach(async () => {
  await collector.stop();
  await posthog.close();
  folder.remove();
});

const forward = (key = 'phc_there') =>
  command(['forward', '--to', posthog.url, '--key', key], folder.path);
const sent = (key = 'phc_there'): unknown[] =>
  posthog.requests
    .filter(({ body }) => body?.api_key === key)
    .flatMap(({ body }) => body.batch ?? [])
    .map(({ uuid }) => uuid);

it('sends what comes after the newest event was erased', async () => {
  const before = [event(), event({ distinct_id: 'newest' })];
  await collector.post('/batch/', batchOf(...before));
  expect((await forward()).stdout).toContain('forwarded 2 events');
  await collector.admin('POST', '/api/v1/forget', { distinct_id: 'newest' });
  const after = [event(), event()];
  await collector.post('/batch/', batchOf(...after));
  expect((await forward()).stdout).toContain('forwarded 2 events');
  expect(sent()).toEqual([...before, ...after].map(({ uuid }) => uuid));
});

it('sends everything to another project of the same host', async () => {
  await collector.post('/batch/', batchOf(event(), event()));
  await forward();
  expect((await forward('phc_second')).stdout).toContain('forwarded 2 events');
  expect(sent('phc_second')).toEqual(sent());
  // The key itself is nowhere on the disk.
  expect(readdirSync(folder.path).some((name) => name.includes('phc_'))).toBe(false);
});

it('sends what came after a backup that was restored, under the same numbers again', async () => {
  const backup = join(folder.path, 'backup.db');
  await collector.post('/batch/', batchOf(event()));
  await command(['backup', backup], folder.path);
  await collector.post('/batch/', batchOf(event(), event()));
  await forward();
  await collector.stop();
  expect((await command(['restore', backup], folder.path)).status).toBe(0);
  collector = await startCollector({}, { folder: folder.path });
  const late = event();
  await collector.post('/batch/', batchOf(late));
  await forward();
  expect(sent()).toContain(late.uuid);
});

describe('an event that is refused', () => {
  const bad = () => event({ distinct_id: 'bad' });
  const isBad = ({ distinct_id }: { distinct_id: string }) => distinct_id === 'bad';
  const refusedFile = () => {
    const name = readdirSync(folder.path).find((each) => each.endsWith('-refused.ndjson'));
    const text = name === undefined ? '' : readFileSync(join(folder.path, name), 'utf8');
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { uuid: string });
  };
  const taken: string[] = [];
  beforeEach(() => {
    taken.length = 0;
    posthog.behave(({ body }, response) => {
      const batch = body.batch ?? [];
      if (batch.some(isBad)) {
        response.writeHead(400).end('{"code":"invalid_payload","detail":"bad"}');
      } else if (batch.length > 20) {
        response.writeHead(413).end();
      } else {
        taken.push(...batch.map(({ uuid }) => uuid));
        response.end('{"status":1}');
      }
    });
  });

  it('is left out alone, and noted; everything else arrives once, also in smaller batches', async () => {
    const events = Array.from({ length: 90 }, (_, n) => (n % 37 === 5 ? bad() : event()));
    await collector.post('/batch/', batchOf(...events));
    const { status, stdout } = await forward();
    expect(status).toBe(0);
    expect(stdout).toContain('forwarding project 1 to');
    expect(stdout).toContain('forwarded 87 events');
    expect(stdout).toContain('3 events were refused, each alone');
    const good = events.filter((each) => !isBad(each)).map(({ uuid }) => uuid);
    expect(taken).toEqual(good);
    const refused = events.filter(isBad).map(({ uuid }) => uuid);
    expect(refusedFile()).toEqual(
      refused.map((uuid) => ({ uuid, status: 400, code: 'invalid_payload' })),
    );
    // It is done with them: they hold up nothing that comes after them.
    const late = event();
    await collector.post('/batch/', batchOf(late));
    expect((await forward()).stdout).toContain('from where it stopped before');
    expect(taken).toEqual([...good, late.uuid]);
    expect(refusedFile()).toHaveLength(3);
  });

  it('as all others are stops it before anything is given up, unless that is wanted', async () => {
    await collector.post('/batch/', batchOf(event(), ...Array.from({ length: 40 }, bad), event()));
    const { status, stderr } = await forward();
    expect(status).toBe(1);
    expect(stderr).toContain('refused 20 events in a row, each alone (HTTP 400, invalid_payload)');
    expect(stderr).toContain('--skip');
    expect(refusedFile()).toEqual([]);
    const args = ['forward', '--to', posthog.url, '--key', 'phc_there', '--skip'];
    expect((await command(args, folder.path)).stdout).toContain('forwarded 2 events');
    expect(refusedFile()).toHaveLength(40);
  });
});
