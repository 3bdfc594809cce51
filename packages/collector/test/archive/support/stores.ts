// A data folder with events that arrived some hours ago: their archive is due at once.

import { Buffer } from 'node:buffer';
import type { Event } from '../../../src/event.ts';
import { openStore } from '../../../src/store/open.ts';
import { HOUR_MS, seeded } from './events.ts';

const EVENTS_AT_ONCE = 500;

/** Fills a folder: `count` events that arrived within `hours` hours, until three hours ago. */
export async function filled(
  dataFolder: string,
  count: number,
  { hours = 4, seed = 1, ids = 20 } = {},
): Promise<void> {
  const store = await openStore({ dataFolder });
  const random = seeded(seed);
  const endMs = Date.now() - 3 * HOUR_MS;
  const project = store.projects.list()[0] ?? (await newProject());
  for (let from = 0; from < count; from += EVENTS_AT_ONCE) {
    const receivedMs = Math.floor(endMs - ((count - from) * hours * HOUR_MS) / count);
    const events = Array.from({ length: Math.min(EVENTS_AT_ONCE, count - from) }, (_, n): Event => {
      const uuid = Buffer.alloc(16);
      uuid.writeUInt32BE(seed, 0);
      uuid.writeUInt32BE(from + n, 12);
      return {
        uuid,
        name: random() < 0.9 ? 'command_executed' : 'error_occurred',
        distinctId: `id-${Math.floor(random() * ids)}`,
        timeMs: receivedMs - Math.floor(random() * 5_000),
        rest: JSON.stringify({ n: from + n, text: `ä"\n${'x'.repeat(random() * 60)}` }),
        command: random() < 0.5 ? 'up' : 'down',
        success: random() < 0.9,
        durationMs: Math.floor(random() * 1_000),
      };
    });
    await store.append(project.id, events, [], receivedMs);
  }
  await store.close();

  function newProject() {
    return store.projects.create(
      { name: 'default', token: 'phc_test_token', retentionDays: 365 },
      endMs,
    );
  }
}

/** What a store has: uuid, time of arrival, and everything that was sent. */
export async function contentsOf(dataFolder: string): Promise<Record<string, unknown>[]> {
  const store = await openStore({ dataFolder });
  const all: Record<string, unknown>[] = [];
  for await (const page of store.after(undefined, 0)) {
    for (const { seq: _seq, project, uuid, ...event } of page) {
      all.push({
        ...event,
        uuid: uuid.toString('hex'),
        project: store.projects.byId(project)?.name,
      });
    }
  }
  await store.close();
  return all.sort((a, b) => (String(a.uuid) < String(b.uuid) ? -1 : 1));
}
