// A clock that is wrong for a while, on a collector that runs: nothing is destroyed.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { batchOf, event, makeFolder, startCollector } from './support/collector';

const AHEAD = 400 * 86_400_000;
/** Retention is 30 s after the start, at the latest. */
const RETENTION_MS = 32_000;

it('400 days ahead for longer than retention waits: every event is still there, and one that comes is taken', async () => {
  const folder = makeFolder();
  const preload = join(folder.path, 'clock.mjs');
  writeFileSync(
    preload,
    `const real = Date.now; let offset = ${AHEAD}; Date.now = () => real() + offset;
     process.on('SIGUSR2', () => { offset = 0; console.log('clock set right'); });`,
  );
  const first = await startCollector({}, { folder: folder.path });
  const sent = Array.from({ length: 300 }, () => event());
  await first.post('/batch/', batchOf(...sent));
  await first.stop();
  const wrong = await startCollector(
    { NODE_OPTIONS: `--import ${preload}` },
    { folder: folder.path },
  );
  const during = event();
  const { status } = await wrong.post('/batch/', batchOf(during));
  await new Promise((wake) => setTimeout(wake, RETENTION_MS));
  const report = await (await wrong.admin('GET', '/health')).json();
  process.kill(wrong.pid, 'SIGUSR2');
  await vi.waitFor(() => expect(wrong.output()).toContain('clock set right'));
  const stored = (await wrong.events()).map(({ uuid }) => uuid);
  expect(sent.filter(({ uuid }) => !stored.includes(uuid))).toEqual([]);
  expect(status).toBe(200);
  expect(stored).toContain(during.uuid);
  expect(wrong.output()).toContain('400 days ahead');
  expect(report).toMatchObject({ problems: [{ check: 'clock' }] });
  await wrong.stop();
  folder.remove();
}, 90_000);
