// The numbers are right: what the summary says of any range is what the raw events say.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  batchOf,
  type Collector,
  event,
  type StoredEvent,
  startCollector,
} from './support/collector';

const DAY_MS = 86_400_000;
const DAYS = 100;
const today = Math.floor(Date.now() / DAY_MS);
const iso = (day: number) => new Date(day * DAY_MS).toISOString().slice(0, 10);

// A small generator of our own, so that a failure can be repeated.
let seed = 42;
const random = () => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return seed / 2_147_483_648;
};
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

let collector: Collector;
let events: StoredEvent[];
beforeAll(async () => {
  collector = await startCollector();
  for (let batch = 0; batch < 20; batch++) {
    await collector.post(
      '/batch/',
      batchOf(
        ...Array.from({ length: 100 }, () => {
          const timestamp = new Date(Date.now() - random() * DAYS * DAY_MS).toISOString();
          const distinct_id = `id-${Math.floor(random() * 30)}`;
          const dice = random();
          if (dice < 0.6) {
            const properties = {
              command: pick(['up', 'down', 'logs']),
              success: random() < 0.8,
              duration_ms: Math.round(Math.exp(random() * 12)),
              os: pick(['linux', 'darwin']),
            };
            return event({ timestamp, distinct_id, properties });
          }
          if (dice < 0.7) {
            const properties = { command: 'up', error_type: pick(['exit_1', 'signal']) };
            return event({ timestamp, distinct_id, event: 'error_occurred', properties });
          }
          const properties = { service_name: pick(['plex', 'adguard']) };
          const name = pick(['service_enabled', 'service_stopped']);
          return event({ timestamp, distinct_id, event: name, properties });
        }),
      ),
    );
  }
  events = await collector.events();
});
afterAll(async () => {
  await collector.stop();
});

const dayOf = ({ timestamp }: StoredEvent) => Math.floor(Date.parse(timestamp) / DAY_MS);
const idsOf = (list: StoredEvent[]) => new Set(list.map((each) => each.distinct_id)).size;

function groups(list: StoredEvent[], keyOf: (each: StoredEvent) => string | undefined) {
  const found = new Map<string, StoredEvent[]>();
  for (const each of list) {
    const key = keyOf(each);
    if (key !== undefined) found.set(key, [...(found.get(key) ?? []), each]);
  }
  return found;
}

const monday = (day: number) => iso(Math.floor((day + 3) / 7) * 7 - 3);
const firstOfMonth = (day: number) => `${iso(day).slice(0, 7)}-01`;

const ranges: [string, number, number][] = [
  ['everything', today - DAYS, today],
  ['one day', today - 40, today - 40],
  ['one week', today - 20, today - 14],
  ...Array.from({ length: 12 }, (): [string, number, number] => {
    const from = today - Math.floor(random() * DAYS);
    return ['some days', from, from + Math.floor(random() * (today - from + 1))];
  }),
];

describe('the summary says what the raw events say', () => {
  it.each(ranges)('of %s (%i to %i)', async (_name, from, to) => {
    const summary = await collector.summary(`?from=${iso(from)}&to=${iso(to)}`);
    const inRange = events.filter((each) => dayOf(each) >= from && dayOf(each) <= to);
    const commands = inRange.filter((each) => each.event === 'command_executed');
    const failures = commands.filter(({ properties }) => properties.success === false);

    expect(summary.totals).toMatchObject({
      events: inRange.length,
      active_ids: idsOf(inRange),
      commands: commands.length,
      failures: failures.length,
      errors: inRange.filter((each) => each.event === 'error_occurred').length,
    });
    const active = (keyOf: (day: number) => string, list: StoredEvent[]) =>
      [...groups(list, (each) => keyOf(dayOf(each)))]
        .map(([start, group]) => ({ start, ids: idsOf(group) }))
        .sort((a, b) => (a.start < b.start ? -1 : 1));
    expect(summary.active.day).toEqual(active(iso, inRange));
    // Weeks and months that the range only touches are whole.
    const touching = (keyOf: (day: number) => string) =>
      events.filter((each) => {
        const key = keyOf(dayOf(each));
        return key >= keyOf(from) && key <= keyOf(to);
      });
    expect(summary.active.week).toEqual(active(monday, touching(monday)));
    expect(summary.active.month).toEqual(active(firstOfMonth, touching(firstOfMonth)));

    expect(summary.activity).toEqual(
      [...groups(inRange, (each) => iso(dayOf(each)))]
        .map(([day, group]) => {
          const ran = group.filter((each) => each.event === 'command_executed');
          const failed = ran.filter(({ properties }) => properties.success === false).length;
          return { day, events: group.length, commands: ran.length, failures: failed };
        })
        .sort((a, b) => (a.day < b.day ? -1 : 1)),
    );
    const services = groups(inRange, ({ properties }) => properties.service_name as string);
    expect(summary.services).toHaveLength(services.size);
    for (const { name, count, events: uses } of summary.services) {
      const of = services.get(name)!;
      expect(count).toBe(of.length);
      expect(uses.enabled ?? 0).toBe(of.filter((each) => each.event === 'service_enabled').length);
    }
    for (const { name, count, failures: failed, median_ms, p95_ms } of summary.commands) {
      const of = commands.filter(({ properties }) => properties.command === name);
      expect([count, failed]).toEqual([
        of.length,
        of.filter(({ properties }) => properties.success === false).length,
      ]);
      const sorted = of
        .map(({ properties }) => Number(properties.duration_ms))
        .sort((a, b) => a - b);
      for (const [shown, at] of [
        [median_ms, 0.5],
        [p95_ms, 0.95],
      ]) {
        const exact = sorted[Math.ceil(sorted.length * at) - 1]!;
        // Five percent, and half a millisecond for the rounding.
        expect(Math.abs(shown - exact)).toBeLessThanOrEqual(exact * 0.05 + 0.5);
      }
    }
    const errors = groups(inRange, ({ properties }) => properties.error_type as string);
    expect(
      summary.errors
        .map(({ type, count }: { type: string; count: number }) => [type, count])
        .sort(),
    ).toEqual([...errors].map(([type, group]) => [type, group.length]).sort());
    const shares = summary.shares.os.reduce(
      (sum: number, { share }: { share: number }) => sum + share,
      0,
    );
    if (commands.length > 0) expect(shares).toBeCloseTo(1, 3);
  });
});

describe('a dimension with too many values', () => {
  it('leaves nothing out of the totals, nor a name that JavaScript has its own use for', async () => {
    const crowded = await startCollector();
    try {
      const many = Array.from({ length: 1_200 }, (_, n) =>
        event({ event: `event-${n}`, properties: { command: `c-${n}`, success: n % 2 > 0 } }),
      );
      const odd = event({ event: 'service___proto__', properties: { service_name: 'plex' } });
      await crowded.post('/batch/', batchOf(odd, ...many));
      const { totals, services } = await crowded.summary();
      expect(totals).toMatchObject({ events: 1_201, commands: 1_200, failures: 600 });
      const [{ name, events }] = services as [{ name: string; events: object }];
      expect(name).toBe('plex');
      expect(Object.entries(events)).toEqual([['__proto__', 1]]);
    } finally {
      await crowded.stop();
    }
  });

  it('counts the first thousand by name and the rest as (other), and forgets them rightly', async () => {
    const crowded = await startCollector();
    try {
      const use = (n: number, id: string) =>
        event({ event: 'x', distinct_id: id, properties: { service_name: `s-${n}` } });
      const many = Array.from({ length: 1_200 }, (_, n) => use(n, n < 1_100 ? 'a' : 'b'));
      await crowded.post('/batch/', batchOf(...many));
      const table = async () => {
        const answer = await crowded.admin('GET', '/api/v1/analytics/services');
        return ((await answer.json()) as { services: { service: string; count: number }[] })
          .services;
      };
      expect(await table()).toHaveLength(1_001);
      expect((await table())[0]).toMatchObject({ service: '(other)', count: 200 });
      await crowded.admin('POST', '/api/v1/forget', { distinct_id: 'b' });
      expect((await table())[0]).toMatchObject({ service: '(other)', count: 100 });
      await crowded.admin('POST', '/api/v1/forget', { distinct_id: 'a' });
      expect(await table()).toEqual([]);
    } finally {
      await crowded.stop();
    }
  });
});
