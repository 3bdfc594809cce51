// Reading has threads of its own: whoever sends does not wait for whoever looks.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { type Collector, makeFolder, startCollector, TOKEN } from '../support/collector.ts';
import { eventOf } from './support/model.ts';

let folder: ReturnType<typeof makeFolder>;
let collector: Collector;
beforeEach(async () => {
  folder = makeFolder();
  const store = await openStore({ dataFolder: folder.path });
  const { id } = await store.projects.create(
    { name: 'default', token: TOKEN, retentionDays: 36_500 },
    Date.now(),
  );
  // Many, and none that a list of installations has: it looks at all of them.
  for (let n = 0; n < 20; n++) {
    const events = Array.from({ length: 3_000 }, () => eventOf());
    await store.append(id, events, [], Date.now());
  }
  await store.close();
  collector = await startCollector({}, { folder: folder.path });
}, 60_000);
afterEach(async () => {
  await collector.stop();
  folder.remove();
});

it.each(['/v1/events?limit=1000', '/api/v1/events'])('GET %s holds up nobody', async (path) => {
  const url = `${path}${path.includes('?') ? '&' : '?'}project=default`;
  await collector.admin('GET', url); // the thread is there
  const order: string[] = [];
  const slow = Array.from({ length: 4 }, () => collector.admin('GET', url)).map(async (answer) => {
    expect((await answer).status).toBe(200);
    order.push('list');
  });
  // Sent after them, answered before the last of them.
  const quick = collector.request('GET', '/api/v1/health').then(() => order.push('health'));
  await Promise.all([...slow, quick]);
  expect(order.at(-1)).toBe('list');
});
