// What every store promises of visits: `visitsContract(make)` runs it on a store of its own.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chance, SEED } from '../../../../test/torture/chaos';
import type { Event } from '../../src/event.ts';
import type { Store } from '../../src/store/store.ts';
import { durationMs, isBounce, type Visit } from '../../src/store/visits.ts';
import { collect } from '../support/collect.ts';
import type { Place } from './contract.ts';
import { DAY_MS, eventOf, NOW } from './support/model.ts';

const MINUTE_MS = 60_000;
const T = NOW - DAY_MS;
const EVER = { fromMs: 0, toMs: NOW + DAY_MS };

/** Visits by the rules, in the plainest way: a list, looked through for each event that arrives. */
function replayed(arrivals: readonly Event[]): Visit[] {
  const silenceMs = 30 * MINUTE_MS;
  const seen = new Set<string>();
  const visits: { of: string; parts: Event[]; first: number }[] = [];
  for (const [index, event] of arrivals.entries()) {
    const uuid = event.uuid.toString('hex');
    if (seen.has(uuid)) continue;
    seen.add(uuid);
    const times = ({ parts }: { parts: Event[] }) => parts.map(({ timeMs }) => timeMs);
    const fitting = visits
      .filter((visit) => visit.of === event.distinctId)
      .filter((visit) => Math.min(...times(visit)) - silenceMs <= event.timeMs)
      .filter((visit) => Math.max(...times(visit)) + silenceMs >= event.timeMs)
      .sort((a, b) => Math.min(...times(a)) - Math.min(...times(b)) || a.first - b.first);
    const [visit] = fitting;
    if (!visit) {
      if (event.name.startsWith('$') && event.name !== '$pageview') continue;
      visits.push({ of: event.distinctId, parts: [event], first: index });
      continue;
    }
    const last = viewsOf(visit.parts).at(-1);
    const isAgain =
      event.name === '$pageview' &&
      last?.page === event.page &&
      Math.abs(last!.timeMs - event.timeMs) <= 2_000;
    visit.parts.push(isAgain ? { ...event, name: 'again' } : event);
  }
  return visits.map(({ parts }) => counted(parts));
}

/** Views in the order of their time; those of one moment as they came. */
const viewsOf = (parts: readonly Event[]): Event[] =>
  parts.filter(({ name }) => name === '$pageview').sort((a, b) => a.timeMs - b.timeMs);

function counted(parts: readonly Event[]): Visit {
  const views = viewsOf(parts);
  const times = parts.map(({ timeMs }) => timeMs);
  return {
    number: 0,
    startMs: Math.min(...times),
    lastMs: Math.max(...times),
    views: views.length,
    events: parts.filter(({ name }) => !name.startsWith('$') && name !== 'again').length,
    engagedMs: parts.reduce((sum, { engagedMs = 0 }) => sum + engagedMs, 0),
    entry: views[0]?.page ?? null,
    exit: views.at(-1)?.page ?? null,
  };
}

/** Without numbers, which say nothing, and in an order that any store can be compared in. */
const plain = (visits: readonly Visit[]) =>
  visits.map(({ number: _number, ...visit }) => JSON.stringify(visit)).sort();

export function visitsContract(make: () => Promise<Place>): void {
  let place: Place;
  let store: Store;
  let project: number;
  const site = async (name: string) =>
    (await store.projects.create({ name, kind: 'web', retentionDays: 365 }, NOW)).id;
  beforeEach(async () => {
    place = await make();
    store = await place.open();
    project = await site('a site');
  });
  afterEach(async () => {
    await store.close();
    await place.remove();
  });
  const view = (ms: number, page = '/', extra: Partial<Event> = {}) =>
    eventOf({ name: '$pageview', page, timeMs: T + ms, ...extra });
  const append = (...events: Event[]) => store.append(project, events, [], NOW);
  const visits = (of = project) => store.visits.list({ project: of, ...EVER, limit: 100_000 });
  const totals = (of = project) => store.visits.totals({ project: of, ...EVER });

  describe('a visit', () => {
    it.each([
      ['29:59', 30 * MINUTE_MS - 1_000, 1],
      ['30:00', 30 * MINUTE_MS, 1],
      ['30:00.001', 30 * MINUTE_MS + 1, 2],
      ['30:01', 30 * MINUTE_MS + 1_000, 2],
    ])('after %s of silence', async (_words, ms, count) => {
      await append(view(0, '/a'));
      await append(view(ms, '/b'));
      expect(await visits()).toHaveLength(count);
      expect(await totals()).toMatchObject({ visits: count, visitors: 1, views: 2 });
    });

    it('goes on over midnight, of UTC and of anywhere', async () => {
      const midnight = Date.parse('2026-11-27T00:00:00Z') - T;
      for (let ms = -12 * 60; ms < 12 * 60; ms += 20) await append(view(midnight + ms * MINUTE_MS));
      expect(await visits()).toMatchObject([{ views: 72 }]);
    });

    it('says where it began and ended, also when that comes in another order', async () => {
      await append(view(10_000, '/b'), view(20_000, '/c'));
      await append(view(0, '/a'), view(15_000, '/x'));
      const ends = (end: 'entry' | 'exit') =>
        store.visits.ends({ project, ...EVER, end, limit: 9 });
      const once = { visits: 1, visitors: 1, bounces: 0 };
      expect([await ends('entry'), await ends('exit')]).toEqual([
        [{ page: '/a', ...once }],
        [{ page: '/c', ...once }],
      ]);
      expect(await visits()).toMatchObject([
        { startMs: T, lastMs: T + 20_000, views: 4, entry: '/a', exit: '/c' },
      ]);
    });

    it('is left at once: one page, nothing done, read for less than ten seconds', async () => {
      const left = (engagedMs: number, ms: number, id: string) =>
        eventOf({ name: '$pageleave', timeMs: T + ms, engagedMs, distinctId: id });
      await append(view(0, '/', { distinctId: 'a' }), left(9_999, 9_999, 'a'));
      await append(view(0, '/', { distinctId: 'b' }), left(10_000, 10_000, 'b'));
      await append(
        view(0, '/', { distinctId: 'c' }),
        eventOf({ name: 'buy', timeMs: T, distinctId: 'c' }),
      );
      await append(view(0, '/', { distinctId: 'd' }), view(5_000, '/more', { distinctId: 'd' }));
      expect(await totals()).toEqual({
        ...{ visits: 4, visitors: 4, views: 5, events: 1, bounces: 1 },
        durationMs: 9_999 + 10_000 + 0 + 5_000,
      });
    });

    it('lasts as long as was read, where that is longer than from its first event to its last', async () => {
      await append(view(0), eventOf({ name: '$pageleave', timeMs: T + 1_000, engagedMs: 70_000 }));
      expect(await totals()).toMatchObject({ durationMs: 70_000 });
    });

    it('is not begun by who leaves, or says who he is', async () => {
      await append(
        eventOf({ name: '$pageleave', timeMs: T }),
        eventOf({ name: '$identify', timeMs: T }),
      );
      expect(await visits()).toEqual([]);
      const [event] = (await collect(store.scan({ project }))).flat();
      expect(event!.visit).toBeUndefined();
    });

    it('counts a page that is shown twice within two seconds once, and keeps both', async () => {
      await append(view(0, '/a'), view(2_000, '/a'), view(2_001, '/a'), view(2_500, '/b'));
      expect(await visits()).toMatchObject([{ views: 3, lastMs: T + 2_500 }]);
      const events = (await collect(store.scan({ project }))).flat();
      expect(events.map(({ name }) => name)).toEqual([
        ...['$pageview', '$pageview_again', '$pageview', '$pageview'],
      ]);
    });

    it('of two tabs is one, and is told with the answer', async () => {
      const first = await append(view(0, '/a'));
      const second = await append(view(60_000, '/b'), view(60_000, '/c', { distinctId: 'other' }));
      const third = await append(view(90_000, '/a'));
      expect(third.visit).toMatchObject({ number: first.visit!.number, startMs: T, views: 3 });
      expect(second.visit!.number).not.toBe(first.visit!.number);
    });

    it('is not what somebody says it is', async () => {
      await append(view(0, '/', { visit: 77 }));
      const [event] = (await collect(store.scan({ project }))).flat();
      expect(event!.visit).toBe((await visits())[0]!.number);
      expect(event!.visit).not.toBe(77);
    });

    it('is of sites alone', async () => {
      const other = await store.projects.create({ name: 'commands', retentionDays: 9 }, NOW);
      expect((await store.append(other.id, [view(0)], [], NOW)).visit).toBeUndefined();
      expect(await visits(other.id)).toEqual([]);
    });

    it('takes the event that fits into two by the earlier one', async () => {
      await append(view(0, '/a'), view(50 * MINUTE_MS, '/c'));
      await append(view(25 * MINUTE_MS, '/b'));
      expect(await visits()).toMatchObject([{ views: 2, exit: '/b' }, { views: 1 }]);
    });

    it('goes with its visitor, with its events, with its project, and with age', async () => {
      await append(view(0, '/a'), view(10_000, '/b'), view(0, '/c', { distinctId: 'bob' }));
      const [, second] = (await collect(store.scan({ project })))
        .flat()
        .filter(({ distinctId }) => distinctId === 'ann');
      await store.events.remove(project, second!.uuid);
      expect(await visits()).toMatchObject([{ views: 1, exit: '/a', lastMs: T }, { entry: '/c' }]);
      await store.erasures.forget('ann', project);
      expect(await visits()).toMatchObject([{ entry: '/c' }]);
      await append(view(-400 * DAY_MS, '/old'), view(-365 * DAY_MS + DAY_MS - 60_000, '/over'));
      await append(view(-365 * DAY_MS + DAY_MS + 60_000, '/edge'));
      expect(await visits()).toHaveLength(3);
      await store.retain(NOW);
      expect(await visits()).toMatchObject([{ entry: '/edge', views: 1 }, { entry: '/c' }]);
      await store.projects.remove(project);
      expect(await visits()).toEqual([]);
    });
  });

  it(`200 histories, with repeats and new beginnings in between (seed ${SEED})`, async () => {
    const { between: anywhere, pick } = chance(SEED);
    const between = (from: number, to: number) => Math.floor(anywhere(from, to + 1));
    const uuids = (events: readonly Event[]) =>
      new Map(events.map((e) => [e.uuid.toString('hex'), e]));
    for (let history = 0; history < 200; history++) {
      project = await site(`site ${history}`);
      const events = Array.from({ length: between(5, 40) }, () => {
        const name = pick([
          '$pageview',
          '$pageview',
          '$pageview',
          '$pageleave',
          '$identify',
          'buy',
        ]);
        return eventOf({
          name,
          distinctId: pick(['ann', 'bob']),
          timeMs:
            T + pick([between(0, 3_600_000 * 4), between(0, 30) * MINUTE_MS, between(0, 9) * 500]),
          ...(name === '$pageview' && { page: pick(['/', '/a', '/b']) }),
          ...(name === '$pageleave' && { engagedMs: between(0, 20_000) }),
        });
      });
      const arrivals: Event[] = [];
      for (let at = 0; at < events.length; ) {
        const batch = events.slice(at, at + between(1, 9));
        at += batch.length;
        // An answer was lost: the client sends it again, at once or later.
        if (between(0, 3) === 0 && at > 0) batch.push(...events.slice(between(0, at), at));
        arrivals.push(...batch);
        await append(...batch);
      }
      if (history % 20 === 0) {
        await store.close();
        store = await place.open();
      }
      const found = await visits();
      expect(plain(found), `history ${history}`).toEqual(plain(replayed(arrivals)));
      // And from what is stored, by the visit that each event says.
      const stored = (await collect(store.scan({ project }))).flat().sort((a, b) => a.seq - b.seq);
      expect(stored).toHaveLength(uuids(arrivals).size);
      const groups = groupsOf(stored);
      groups.delete(undefined);
      expect(plain([...groups.values()].map(counted)), `history ${history}`).toEqual(plain(found));
      expect(await totals()).toEqual({
        visits: found.length,
        visitors: new Set(stored.filter(({ visit }) => visit).map(({ distinctId }) => distinctId))
          .size,
        views: found.reduce((sum, { views }) => sum + views, 0),
        events: found.reduce((sum, { events }) => sum + events, 0),
        bounces: found.filter(isBounce).length,
        durationMs: found.reduce((sum, visit) => sum + durationMs(visit), 0),
      });
    }
  }, 120_000);
}

function groupsOf(events: readonly Event[]): Map<number | undefined, Event[]> {
  const groups = new Map<number | undefined, Event[]>();
  for (const event of events) groups.set(event.visit, [...(groups.get(event.visit) ?? []), event]);
  return groups;
}
