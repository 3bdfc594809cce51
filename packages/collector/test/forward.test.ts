// `collector forward`: everything arrives, whatever was erased and wherever it was sent before.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
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
