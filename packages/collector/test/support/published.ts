// A data folder with published projects, their months as they were frozen: nothing has to be sent and
// counted first. And events of a month that is due, to be sent and counted.

import type { Kind } from '../../../schema/src/columns.ts';
import type { PublishedMonth } from '../../../schema/src/public-figures.ts';
import { openStore } from '../../src/store/open.ts';
import { event, makeFolder } from './collector';

export interface MadePublic {
  readonly name: string;
  readonly kind?: Kind;
  readonly isPublic?: boolean;
  readonly months?: readonly PublishedMonth[];
}

/** The folder of a collector with these projects. Remove it in the end. */
export async function publishedFolder(projects: readonly MadePublic[]) {
  const folder = makeFolder();
  const store = await openStore({ dataFolder: folder.path });
  for (const { name, kind = 'cli', isPublic = true, months = [] } of projects) {
    const { id } = await store.projects.create({ name, kind, retentionDays: 3_650 }, Date.now());
    await store.published.set(id, isPublic);
    for (const month of months) await store.published.freeze(id, month);
  }
  await store.close();
  return folder;
}

/** `count` months, the last of them 2026-10, growing; with as many services as said. */
export function monthsOf(count: number, services = 6): PublishedMonth[] {
  const tens = (value: number) => Math.floor(value / 10) * 10;
  return Array.from({ length: count }, (_, at) => {
    const ids = tens(40 + at * 30 + (at % 3) * 20);
    const ranked = (names: readonly string[]) =>
      names
        .map((name, index) => ({ name, ids: tens(ids / (1 + index * 0.6)) }))
        .filter((each) => each.ids > 0);
    return {
      month: new Date(Date.UTC(2026, 10 - count + at)).toISOString().slice(0, 7),
      ids,
      lists: {
        services: ranked([
          'plex',
          'خدمة-المنزل',
          'a-service-with-a-very-long-name-that-somebody-gave-to-it-because-names-are-free-and-nobody-minds',
          ...Array.from({ length: services }, (_each, n) => `service-${n + 1}`),
        ]).slice(0, 50),
        commands: ranked(['up', 'down', 'restart', 'update']),
        errors: ranked(['exit_1', 'timeout']),
        os: ranked(['linux', 'macos', 'windows']),
        node_major: ranked(['22', '20', '24']),
        version: ranked(['1.2.0', '1.1.0', '1.0.0']),
        overrides: [],
      },
    };
  });
}

/** The folder of a collector of some age: a new one believes its clock after half a minute. */
export async function settledFolder() {
  const folder = makeFolder();
  const store = await openStore({ dataFolder: folder.path });
  await store.retain(Date.now());
  await store.close();
  return folder;
}

/** The middle of the last month that is over for three days. */
export function monthPublished(): Date {
  const now = new Date();
  const back = now.getUTCDate() > 3 ? 1 : 2;
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 15));
}

/** Events of so many ids in that month, who enabled a service. */
export const people = (count: number, of: string, properties: object, from = 0) =>
  Array.from({ length: count }, (_, n) =>
    event({
      distinct_id: `person-${from + n}`,
      timestamp: monthPublished().toISOString(),
      event: 'service_enabled',
      properties: { service_name: of, ...properties },
    }),
  );
