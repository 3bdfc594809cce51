// Every promise of a store, for every engine: `contract(make)` runs them on a store of its own.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chance, SEED } from '../../../../test/torture/chaos';
import type { DeadLetter, Event } from '../../src/event.ts';
import { DEAD_LETTERS, DIMENSION_VALUES } from '../../src/limits.ts';
import { Conflict } from '../../src/store/errors.ts';
import { dayOf } from '../../src/store/periods.ts';
import type { Store, StoreOptions } from '../../src/store/store.ts';
import { collect } from '../support/collect.ts';
import { DAY_MS, eventOf, Model, NOW, tallied } from './support/model.ts';

/** Where a store is: opened, closed and opened again. */
export interface Place {
  open(options?: StoreOptions): Promise<Store>;
  remove(): Promise<void>;
}

export function contract(make: () => Promise<Place>): void {
  let place: Place;
  let store: Store;
  let project: number;
  beforeEach(async () => {
    place = await make();
    store = await place.open();
    project = (
      await store.projects.create({ name: 'one', token: 'phc_of_one', retentionDays: 365 }, NOW)
    ).id;
  });
  afterEach(async () => {
    await store.close();
    await place.remove();
  });
  const reopen = async (options?: StoreOptions) => {
    await store.close();
    store = await place.open(options);
  };
  const append = (events: readonly Event[], into = project) => store.append(into, events, [], NOW);
  const stored = async (of = project) => (await collect(store.scan({ project: of }))).flat();
  const uuidsOf = (events: readonly Event[]) => events.map(({ uuid }) => uuid.toString('hex'));
  const range = (fromDay = 0, toDay = dayOf(NOW) + 400) => ({ project, fromDay, toDay });
  const totals = async () => (await store.numbers.summary(range())).totals;

  describe('an event', () => {
    it('is stored once, within a batch and between batches, and isNew says which', async () => {
      const [a, b, c] = [eventOf(), eventOf(), eventOf()];
      expect(await append([a, b, a])).toEqual({ inserted: 2, isNew: [true, true, false] });
      expect(await append([c, b])).toEqual({ inserted: 1, isNew: [true, false] });
      expect(uuidsOf(await stored()).sort()).toEqual(uuidsOf([a, b, c]).sort());
      expect((await totals()).events).toBe(3);
    });

    it.each([
      ['of one shape', () => ({})],
      [
        'of different shapes',
        (n: number) => (n % 3 === 0 ? { service: `s${n % 4}` } : { ci: true }),
      ],
    ])('of a large batch that has known ones, and twins, anywhere: %s', async (_name, shape) => {
      const { between } = chance(SEED);
      const whole = (from: number, to: number) => Math.floor(between(from, to + 1));
      const make = (n: number) => eventOf({ ...shape(n), distinctId: `id-${n % 7}` });
      const known = Array.from({ length: 30 }, (_, n) => make(n));
      await append(known);
      const seen = new Set(uuidsOf(known));
      for (let round = 0; round < 20; round++) {
        // Of some batches all are new, of some none, and most are mixed.
        const share = whole(0, 4);
        const batch: Event[] = Array.from({ length: whole(1, 45) }, (_, n) => {
          if (whole(0, 3) >= share) return make(n);
          const again = known[whole(0, known.length - 1)]!;
          return { ...again, distinctId: `came with ${n % 5}` };
        });
        if (share > 1) batch.push(batch[0]!);
        const isNew = uuidsOf(batch).map((uuid) => !seen.has(uuid) && seen.add(uuid) !== undefined);
        const inserted = isNew.filter(Boolean).length;
        expect(await append(batch)).toEqual({ inserted, isNew });
        known.push(...batch.filter((_, index) => isNew[index]));
      }
      const back = await stored();
      expect(uuidsOf(back).sort()).toEqual(uuidsOf(known).sort());
      const byUuid = new Map(known.map((event) => [event.uuid.toString('hex'), event]));
      for (const event of back)
        expect(event).toMatchObject(byUuid.get(event.uuid.toString('hex'))!);
      const ids = new Set(known.map(({ distinctId }) => distinctId)).size;
      expect(await totals()).toMatchObject({ events: known.length, active_ids: ids });
      expect((await store.numbers.stats(project)).ids).toBe(ids);
    });

    it('of four writers, in four orders, at once', async () => {
      const { between } = chance(7);
      const events = Array.from({ length: 200 }, (_, n) => eventOf({ distinctId: `id-${n % 9}` }));
      const shuffled = () =>
        events.map((event) => [between(0, 1), event] as const).sort(([x], [y]) => x - y);
      const writers = [0, 1, 2, 3].map(async () => {
        const mine = shuffled().map(([, event]) => event);
        const results = [];
        for (let from = 0; from < mine.length; from += 7) {
          results.push(await append(mine.slice(from, from + 7)));
        }
        return results.reduce((sum, { inserted }) => sum + inserted, 0);
      });
      const inserted = await Promise.all(writers);
      expect(inserted.reduce((sum, each) => sum + each, 0)).toBe(200);
      expect(await stored()).toHaveLength(200);
      expect(await totals()).toMatchObject({ events: 200, active_ids: 9 });
    });

    it('of another project may have the same uuid', async () => {
      const other = await store.projects.create({ name: 'two', retentionDays: 365 }, NOW);
      const event = eventOf();
      expect((await append([event])).inserted).toBe(1);
      expect((await append([event], other.id)).inserted).toBe(1);
    });

    it('that was there already leaves no trace of the id it came with', async () => {
      const event = eventOf();
      await append([event]);
      await append([{ ...event, distinctId: 'somebody else', timeMs: NOW - 9 * DAY_MS }]);
      expect(await totals()).toMatchObject({ events: 1, active_ids: 1, installations: 1 });
      expect((await store.numbers.stats(project)).ids).toBe(1);
    });

    it.each([
      ['a lone surrogate, made well-formed by the gate', '\ud800'.toWellFormed()],
      ['quotes, newlines, other scripts', `'";--\n\u202e مرحبا 🙂`],
      ['__proto__', '__proto__'],
      ['service___proto__', 'service___proto__'],
    ])('with %s comes back as it was, and is counted', async (_name, text) => {
      const rest = JSON.stringify({ x: text, [text]: 1e308, n: -1e308, deep: [[{ y: 5e-324 }]] });
      const event = eventOf({ name: text, distinctId: text, service: text, command: text, rest });
      await append([event]);
      const [back] = await stored();
      expect(back).toMatchObject({ ...event, seq: 1, project, receivedMs: NOW });
      const { events, services } = await store.numbers.summary(range());
      expect(events).toEqual([{ name: text, count: 1 }]);
      expect(services.map(({ name }) => name)).toEqual([text]);
      const uses = Object.entries(services[0]!.events);
      expect(uses).toEqual([[text.replace(/^service_/, ''), 1]]);
    });

    it('is all of its batch, or nothing of it', async () => {
      const bad = { ...eventOf(), name: null as unknown as string };
      await expect(append([eventOf(), bad])).rejects.toThrow();
      expect(await stored()).toEqual([]);
      expect(await totals()).toMatchObject({ events: 0, active_ids: 0, installations: 0 });
      // And its neighbours do not pay for it.
      const [good, failed] = await Promise.allSettled([append([eventOf()]), append([bad])]);
      expect([good.status, failed.status]).toEqual(['fulfilled', 'rejected']);
      expect((await totals()).events).toBe(1);
    });

    it('is there after the store was closed and opened', async () => {
      await append([eventOf({ success: false, durationMs: 7, ci: true })]);
      const before = await stored();
      await reopen();
      expect(await stored()).toEqual(before);
    });

    it('is found by its uuid, and among the latest of its name', async () => {
      const names = ['installation_started', 'other', 'installation_failed'];
      const events = names.map((name, n) => eventOf({ name, timeMs: NOW - n }));
      await append(events);
      const latest = await store.events.latest(project, 'installation_', 10);
      expect(latest.map(({ name }) => name)).toEqual([names[0], names[2]]);
      expect(await store.events.get(project, events[1]!.uuid)).toMatchObject({ name: 'other' });
      expect(await store.events.get(project + 1, events[1]!.uuid)).toBeUndefined();
    });
  });

  describe(`the counts (seed ${SEED})`, () => {
    it('say what a recount says, after any history of events, late ones, forgets and deletions', async () => {
      const { between, pick } = chance(SEED);
      const model = new Model();
      const whole = (to: number) => Math.floor(between(0, to));
      const anyEvent = () => {
        const error = between(0, 1) < 0.2;
        return eventOf({
          distinctId: `id-${whole(12)}`,
          // Late, early, in no order.
          timeMs: NOW - whole(80) * DAY_MS - whole(DAY_MS),
          name: pick(['command_executed', 'service_enabled', 'x']),
          ...(between(0, 1) < 0.5 && { command: pick(['up', 'down']) }),
          ...(between(0, 1) < 0.5 && { success: between(0, 1) < 0.7, durationMs: whole(9_000) }),
          ...(between(0, 1) < 0.5 && { service: pick(['plex', 'adguard', '__proto__']) }),
          ...(error && { errorType: pick(['exit_1', 'signal']) }),
          os: pick(['linux', 'windows', 'macos']),
        });
      };
      const check = async () => {
        const from = dayOf(NOW) - whole(90);
        const asked = range(from, from + whole(90));
        const said = await store.numbers.summary(asked);
        expect({
          totals: said.totals,
          active: said.active,
          events: tallied(said.events),
          services: tallied(said.services),
          os: tallied(said.shares.os ?? []),
        }).toMatchObject(model.count(asked));
      };
      for (let step = 0; step < 60; step++) {
        // Several at once, so that they share a transaction. One id is forgotten in some: what it
        // sends meanwhile would be erased as well, or not.
        const gone = `id-${whole(24)}`;
        const old = model.events.filter(({ distinctId }) => distinctId !== gone);
        const others = () => {
          for (;;) {
            const event = anyEvent();
            if (event.distinctId !== gone) return event;
          }
        };
        const work: Promise<unknown>[] = [];
        for (let left = 1 + whole(4); left > 0; left--) {
          if (between(0, 1) < 0.3 && old.length > 0) {
            const [{ uuid }] = old.splice(whole(old.length), 1) as [Event];
            model.remove(uuid);
            work.push(store.events.remove(project, uuid).then((was) => expect(was).toBe(true)));
          } else {
            const batch = Array.from({ length: 1 + whole(30) }, others);
            if (old.length > 0 && between(0, 1) < 0.4) batch.push(pick(old));
            const expected = model.append(batch);
            work.push(append(batch).then(({ isNew }) => expect(isNew).toEqual(expected)));
          }
        }
        const count = model.forget(gone);
        work.push(
          store.erasures
            .forget(gone, project)
            .then(({ forgotten }) => expect(forgotten.events).toBe(count)),
        );
        await Promise.all(work);
        await check();
        if (step % 20 === 19) await reopen();
      }
      expect(uuidsOf(await stored()).sort()).toEqual(model.uuids);
    });

    it('lose nothing when ids that are not there are forgotten during ingest', async () => {
      const sent = 60;
      const work: Promise<unknown>[] = [];
      for (let n = 0; n < sent; n++) {
        work.push(append(Array.from({ length: 20 }, () => eventOf({ command: 'up' }))));
        work.push(store.erasures.forget(`nobody-${n}`));
      }
      await Promise.all(work);
      expect(await stored()).toHaveLength(20 * sent);
      expect(await totals()).toMatchObject({ events: 20 * sent, commands: 20 * sent });
    });

    it('stop at a thousand names of a kind, and totals do not', async () => {
      const names = DIMENSION_VALUES + 200;
      const events = Array.from({ length: names }, (_, n) =>
        eventOf({ name: `event-${n}`, command: `command-${n}`, os: `os-${n}`, success: n % 2 > 0 }),
      );
      // From several writers at once.
      await Promise.all([0, 1, 2, 3].map((n) => append(events.filter((_, at) => at % 4 === n))));
      const { totals, shares } = await store.numbers.summary(range());
      expect(totals).toMatchObject({ events: names, commands: names, failures: names / 2 });
      const commands = await store.numbers.table('commands', range());
      expect(commands).toHaveLength(DIMENSION_VALUES + 1);
      expect(commands[0]).toMatchObject({ command: '(other)', count: 200 });
      // A share is of all, also of those that the list leaves out.
      expect(shares.os?.[0]).toMatchObject({ name: '(other)', share: 0.1667 });
    });
  });

  describe('numbers of events', () => {
    it('rise, and are never used again, whatever is deleted', async () => {
      await append([eventOf(), eventOf({ distinctId: 'bob' })]);
      await store.erasures.forget('bob');
      await reopen();
      await append([eventOf()]);
      const [last] = (await stored()).slice(-1);
      await store.events.remove(project, last!.uuid);
      await append([eventOf(), eventOf({ timeMs: NOW - 800 * DAY_MS, distinctId: 'eve' })]);
      await store.retain(NOW);
      await reopen();
      await append([eventOf()]);
      expect((await stored()).map(({ seq }) => seq)).toEqual([1, 4, 6]);
    });

    it('are the order of `after`', async () => {
      await append([eventOf({ timeMs: NOW }), eventOf({ timeMs: NOW - DAY_MS })]);
      await append([eventOf({ timeMs: NOW - 2 * DAY_MS })]);
      const pages = await collect(store.after(project, 1, 1));
      expect(pages.map((page) => page.map(({ seq }) => seq))).toEqual([[2], [3]]);
    });
  });

  describe('a scan', () => {
    it('gives a range in the order of time, a project at a time', async () => {
      const other = await store.projects.create({ name: 'two', retentionDays: 365 }, NOW);
      const at = (timeMs: number) => eventOf({ timeMs });
      await append([at(NOW), at(NOW - 2), at(NOW - 1), at(NOW - 2)]);
      await append([at(NOW - 5)], other.id);
      const times = async (selection: object) =>
        (await collect(store.scan(selection))).flat().map(({ timeMs }) => timeMs - NOW);
      expect(await times({ project })).toEqual([-2, -2, -1, 0]);
      expect(await times({ project, fromMs: NOW - 1 })).toEqual([-1, 0]);
      expect(await times({ project, toMs: NOW - 1 })).toEqual([-2, -2]);
      expect(await times({})).toEqual([-2, -2, -1, 0, -5]);
    });

    it('gives every event of one moment, however many', async () => {
      await append(Array.from({ length: 2_500 }, () => eventOf()));
      expect(new Set(uuidsOf(await stored())).size).toBe(2_500);
    });
  });

  describe('retention', () => {
    it('ends raw events and ids, and keeps the numbers', async () => {
      await store.projects.update(project, { retentionDays: 30 });
      const old = (n: number) => eventOf({ distinctId: `old-${n}`, timeMs: NOW - 70 * DAY_MS });
      await append([...Array.from({ length: 2_500 }, (_, n) => old(n)), eventOf()]);
      await store.installs.put(project, 'old-1', null, NOW - 70 * DAY_MS);
      expect((await store.retain(NOW)).events).toBe(2_500);
      expect((await store.retain(NOW)).events).toBe(0);
      expect(await stored()).toHaveLength(1);
      expect(await store.numbers.stats(project)).toEqual({ events: 2_501, ids: 1 });
      expect(await store.installs.get(project, 'old-1')).toBeUndefined();
      const { active } = await store.numbers.summary(range());
      expect(active.month.map(({ ids }) => ids)).toEqual([2_500, 1]);
    });

    it('loses no counts of what arrives meanwhile', async () => {
      await store.projects.update(project, { retentionDays: 30 });
      await append(
        Array.from({ length: 3_000 }, (_, n) =>
          eventOf({ distinctId: `old-${n}`, timeMs: NOW - 50 * DAY_MS }),
        ),
      );
      const retaining = store.retain(NOW);
      let isDone = false;
      retaining.then(() => {
        isDone = true;
      });
      let sent = 3_000;
      while (!isDone) {
        await append([eventOf(), eventOf()]);
        sent += 2;
      }
      expect((await totals()).events).toBe(sent);
    });
  });

  describe('an outbox', () => {
    const cutAll = async (consumer: string, limit: number) => {
      const seqs: number[] = [];
      for (;;) {
        const cut = await store.outbox(consumer).cut(limit);
        if (!cut) return seqs;
        seqs.push(...cut.events.map(({ seq }) => seq));
        await store.outbox(consumer).done(cut.number);
      }
    };
    const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

    it('gives every event once, in order, to each consumer', async () => {
      await append(Array.from({ length: 10 }, () => eventOf()));
      expect(await store.outbox('a').waiting()).toBe(10);
      expect(await cutAll('a', 3)).toEqual(upTo(10));
      expect(await cutAll('a', 3)).toEqual([]);
      expect(await store.outbox('a').waiting()).toBe(0);
      await append([eventOf()]);
      expect(await cutAll('a', 3)).toEqual([11]);
      expect(await cutAll('b', 100)).toEqual(upTo(11));
    });

    it('gives a cut again until it is done, whatever ends in between, and never another of its number', async () => {
      await append(Array.from({ length: 25 }, () => eventOf()));
      const taken = new Map<number, readonly number[]>();
      const { between } = chance(SEED + 1);
      for (let round = 0; ; round++) {
        const cut = await store.outbox('w').cut(4);
        if (!cut) break;
        const seqs = cut.events.map(({ seq }) => seq);
        expect(taken.get(cut.number) ?? seqs).toEqual(seqs);
        // Ends after the cut, after the consumer has written, or after it has said so.
        const step = Math.floor(between(0, 4));
        if (step > 0) taken.set(cut.number, seqs);
        if (step > 1) await store.outbox('w').done(cut.number);
        if (step > 2) await store.outbox('w').done(cut.number);
        await reopen();
        expect(round).toBeLessThan(200);
      }
      expect([...taken.values()].flat()).toEqual(upTo(25));
    });

    it('gives the same batch page by page', async () => {
      await append(Array.from({ length: 23 }, () => eventOf()));
      const outbox = store.outbox('w');
      for (const [page, sizes] of [
        [5, [5, 5, 5, 2]],
        [17, [17]],
        [100, [17]],
      ] as const) {
        const cut = await outbox.cutPages(17, page);
        const pages: number[][] = [];
        for await (const each of cut!.pages) pages.push(each.map(({ seq }) => seq));
        expect(pages.map(({ length }) => length)).toEqual(sizes);
        expect(pages.flat()).toEqual(upTo(17));
        expect(cut).toMatchObject({ number: 1, waiting: 6 });
      }
      expect((await outbox.cut(17))?.events.map(({ seq }) => seq)).toEqual(upTo(17));
      await outbox.done(1);
      // Events of the second page are erased when it has been cut, and the first is in use.
      await append(Array.from({ length: 10 }, () => eventOf({ distinctId: 'gone' })));
      const cut = await outbox.cutPages(16, 6);
      await store.erasures.forget('gone');
      const seqs: number[] = [];
      for await (const each of cut!.pages) seqs.push(...each.map(({ seq }) => seq));
      expect(seqs).toEqual([18, 19, 20, 21, 22, 23]);
    });

    it('is cut once by two that ask at once', async () => {
      await append(Array.from({ length: 9 }, () => eventOf()));
      const outbox = store.outbox('w');
      const [one, two] = await Promise.all([outbox.cut(5), store.outbox('w').cut(5)]);
      expect(one).toEqual(two);
      await outbox.done(one!.number);
      await outbox.done(two!.number);
      expect((await outbox.cut(5))?.events.map(({ seq }) => seq)).toEqual([6, 7, 8, 9]);
    });

    it('leaves out what was erased, and has no empty stretches where much was', async () => {
      const of = (distinctId: string, count: number) =>
        Array.from({ length: count }, () => eventOf({ distinctId }));
      await append([...of('ann', 2), ...of('bob', 500), ...of('ann', 2)]);
      const first = await store.outbox('w').cut(3);
      expect(first?.events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
      await store.erasures.forget('bob');
      const again = await store.outbox('w').cut(3);
      expect(again?.number).toBe(first?.number);
      expect(again?.events.map(({ seq }) => seq)).toEqual([1, 2]);
      await store.outbox('w').done(again!.number);
      const next = await store.outbox('w').cut(3);
      expect(next?.events.map(({ seq }) => seq)).toEqual([503, 504]);
    });

    it('begins anew under new numbers', async () => {
      await append([eventOf(), eventOf()]);
      const first = await store.outbox('w').cut(10);
      await store.outbox('w').restart();
      // Too late: what it was about is cut anew.
      await store.outbox('w').done(first!.number);
      const again = await store.outbox('w').cut(10);
      expect(again!.number).toBeGreaterThan(first!.number);
      expect(again!.events).toHaveLength(2);
    });
  });

  describe('an erasure', () => {
    it('takes an id out of everything, leaves the others, and may be repeated', async () => {
      const letter = (distinctId: string): DeadLetter => ({
        projectId: project,
        dialect: 'd',
        reason: 'too_large',
        payload: null,
        distinctId,
      });
      const both = ['ann', 'bob'];
      await store.append(
        project,
        both.map((distinctId) => eventOf({ distinctId })),
        both.map(letter),
        NOW,
      );
      for (const id of both) await store.installs.put(project, id, null, NOW);
      const receipt = await store.erasures.forget('ann');
      expect(receipt).toMatchObject({
        forgotten: { events: 1, installs: 1, deadLetters: 1 },
        waitingFor: [],
        doneMs: expect.any(Number),
      });
      expect(await store.erasures.receipt(receipt.id)).toEqual(receipt);
      expect((await store.erasures.forget('ann')).forgotten.events).toBe(0);
      expect((await stored()).map(({ distinctId }) => distinctId)).toEqual(['bob']);
      const letters = await store.deadLetters.list(project, 0, 10);
      expect(letters.map(({ distinctId }) => distinctId)).toEqual(['bob']);
      expect(await store.installs.get(project, 'bob')).toBeDefined();
    });

    it('is waited for as long as one likes, and goes on by itself', async () => {
      const days = Array.from({ length: 200 }, (_, n) => NOW - n * DAY_MS);
      await append(days.map((timeMs) => eventOf({ timeMs })));
      const receipt = await store.erasures.forget('ann', project, 0);
      expect(receipt).toMatchObject({ doneMs: null, waitingFor: ['store'] });
      const gone = await store.projects.create({ name: 'gone', retentionDays: 365 }, NOW);
      await append([eventOf()], gone.id);
      const deleted = await store.projects.remove(gone.id, 0);
      await vi.waitFor(async () => {
        for (const id of [receipt.id, deleted]) {
          expect((await store.erasures.receipt(id))?.doneMs).not.toBeNull();
        }
      }, 20_000);
      expect(await stored()).toEqual([]);
      expect(await store.erasures.receipt(receipt.id)).toMatchObject({
        forgotten: { events: 200 },
      });
    });

    it('is not undone by what arrives meanwhile: of the id nothing is kept, of others what names it goes', async () => {
      const before = Array.from({ length: 3_000 }, () => eventOf({ command: 'up' }));
      await append(before);
      const { id, progress } = await store.erasures.forget('ann', project, 0);
      expect(progress).toEqual({ lookedAt: 0, of: 3_000 });
      const [own, naming] = [
        eventOf(),
        eventOf({ distinctId: 'bob', rest: JSON.stringify({ alias: 'ann', n: 1 }) }),
      ];
      const isNew = (await append([own, naming])).isNew;
      await store.installs.put(project, 'bob', JSON.stringify({ by: 'ann' }), NOW);
      expect(await store.erasures.receipt(id), 'it is not over').toMatchObject({ doneMs: null });
      expect(isNew).toEqual([false, true]);
      await vi.waitFor(async () => {
        expect((await store.erasures.receipt(id))?.doneMs).not.toBeNull();
      }, 20_000);
      expect((await stored()).map(({ rest }) => rest)).toEqual(['{"n":1}']);
      expect((await store.installs.get(project, 'bob'))?.properties).toEqual({});
      expect(await totals()).toMatchObject({ events: 1, active_ids: 1, commands: 0 });
      expect((await store.erasures.receipt(id))?.progress).toBeNull();
      // Later it is somebody like any other.
      expect((await append([own])).isNew).toEqual([true]);
    });

    it('goes on where it was, after an end in the middle', async () => {
      await append(
        Array.from({ length: 3_000 }, (_, n) => eventOf({ distinctId: n % 2 ? 'ann' : 'bob' })),
      );
      const { id } = await store.erasures.forget('ann', project, 0);
      // A step or two, and not the last.
      await append([eventOf({ distinctId: 'bob' })]);
      await reopen();
      const between = await store.erasures.receipt(id);
      expect(between).toMatchObject({ doneMs: null, waitingFor: ['store'] });
      // Nothing of it gets in, now as before.
      expect((await append([eventOf()])).isNew).toEqual([false]);
      await store.erasures.resume();
      expect(await store.erasures.receipt(id)).toMatchObject({
        doneMs: expect.any(Number),
        forgotten: { events: 1_500 },
      });
      expect(await totals()).toMatchObject({ events: 1_501, active_ids: 1 });
    });

    it('has one receipt while the same is asked for, and a new one after', async () => {
      await reopen({ consumers: ['warehouse'] });
      await append(Array.from({ length: 2_000 }, () => eventOf()));
      const first = await store.erasures.forget('ann', project, 0);
      // The store is at it: nothing is begun anew.
      const again = await store.erasures.forget('ann', project);
      expect(again).toMatchObject({ id: first.id, waitingFor: ['warehouse'] });
      expect(again.forgotten.events).toBe(2_000);
      // The copy is not done: what came since the store was goes too, under the same receipt.
      const [old] = await store.erasures.pending('warehouse');
      await append([eventOf()]);
      const third = await store.erasures.forget('ann', project);
      expect(third).toMatchObject({ id: first.id, forgotten: { events: 2_001 } });
      await store.erasures.done('warehouse', old!.number);
      expect(await store.erasures.receipt(first.id), 'the copy followed too little').toMatchObject({
        waitingFor: ['warehouse'],
      });
      const [now] = await store.erasures.pending('warehouse');
      expect(now).toMatchObject({ what: 'id', untilSeq: 2_001 });
      await store.erasures.done('warehouse', now!.number);
      expect(await store.erasures.receipt(first.id)).toMatchObject({ waitingFor: [] });
      expect((await store.erasures.forget('ann', project)).id).not.toBe(first.id);
      // Another way to look for it is another request.
      const named = await store.erasures.forget('ann', project, undefined, 'named');
      const anywhere = await store.erasures.forget('ann', project);
      expect(named.id).not.toBe(anywhere.id);
    });

    it('leaves its receipt for 90 days after it is done, and for as long as it is not', async () => {
      await reopen({ consumers: ['warehouse'] });
      const done = await store.erasures.forget('ann', project);
      for (const { number } of await store.erasures.pending('warehouse')) {
        await store.erasures.done('warehouse', number);
      }
      const open = await store.erasures.forget('bob', project);
      const { doneMs } = (await store.erasures.receipt(done.id))!;
      await store.erasures.expire(doneMs! + 90 * DAY_MS);
      expect(await store.erasures.receipt(done.id)).toMatchObject({ doneMs });
      await store.erasures.expire(doneMs! + 90 * DAY_MS + 1);
      expect(await store.erasures.receipt(done.id)).toBeUndefined();
      expect(await store.erasures.receipt(open.id)).toMatchObject({ doneMs: null });
      expect((await store.erasures.list(10)).map(({ id }) => id)).toEqual([open.id]);
    });

    it('waits for its consumers, through restarts, and says so', async () => {
      await reopen({ consumers: ['warehouse', 'archive'] });
      await append([eventOf(), eventOf({ distinctId: 'bob' })]);
      const receipt = await store.erasures.forget('ann', project);
      expect(receipt).toMatchObject({ doneMs: null, waitingFor: ['archive', 'warehouse'] });
      await append([eventOf()]);
      await reopen({ consumers: ['warehouse', 'archive'] });
      const [erasure] = await store.erasures.pending('warehouse');
      // What the id sent after it was erased is not concerned.
      expect(erasure).toMatchObject({ what: 'id', project, distinctId: 'ann', untilSeq: 2 });
      await store.erasures.done('warehouse', erasure!.number);
      await store.erasures.done('warehouse', erasure!.number);
      expect(await store.erasures.pending('warehouse')).toEqual([]);
      expect(await store.erasures.receipt(receipt.id)).toMatchObject({ waitingFor: ['archive'] });
      await store.erasures.done('archive', erasure!.number);
      const done = await store.erasures.receipt(receipt.id);
      expect(done).toMatchObject({ waitingFor: [], doneMs: expect.any(Number) });
    });

    it('does not wait for a consumer that was switched off', async () => {
      await reopen({ consumers: ['archive'] });
      const { id } = await store.erasures.forget('ann', project);
      await reopen({ consumers: [] });
      expect(await store.erasures.receipt(id)).toMatchObject({ waitingFor: [] });
    });

    it('takes an id out of events of others, which get a new number that copies follow', async () => {
      await reopen({ consumers: ['warehouse'] });
      const rest = (id: string) => JSON.stringify({ $anon_distinct_id: id, note: 'ann and ann' });
      const naming = eventOf({ distinctId: 'bob', rest: rest('ann'), os: 'linux' });
      const others = Array.from({ length: 700 }, () =>
        eventOf({ distinctId: 'bob', rest: rest('x') }),
      );
      await append([naming, ...others, eventOf({ distinctId: 'ann' })]);
      const before = await totals();
      const receipt = await store.erasures.forget('ann', project);
      expect(receipt.forgotten.events).toBe(1);
      const back = await store.events.get(project, naming.uuid);
      expect(back).toMatchObject({ ...naming, rest: '{"note":"ann and ann"}', seq: 703 });
      const pending = await store.erasures.pending('warehouse');
      expect(pending).toMatchObject([
        { what: 'id', distinctId: 'ann' },
        { what: 'events', seqs: [1], untilSeq: 1 },
      ]);
      for (const { number } of pending) await store.erasures.done('warehouse', number);
      expect(await store.erasures.receipt(receipt.id)).toMatchObject({ waitingFor: [] });
      expect(await totals()).toMatchObject({ events: before.events - 1, active_ids: 1 });
      // Both were there once, and are not counted anew.
      expect((await append([naming])).inserted).toBe(0);
    });

    it('of an event that another took the place of is followed: one uuid, a new number', async () => {
      await reopen({ consumers: ['warehouse'] });
      const event = eventOf({ distinctId: 'ann' });
      await append([event, eventOf()]);
      const { receivedMs } = (await store.events.get(project, event.uuid))!;
      const other = { ...event, name: 'another' };
      expect(await store.events.replace(project, event.uuid, other)).toBe(true);
      const now = await store.events.get(project, event.uuid);
      expect(now).toMatchObject({ name: 'another', seq: 3, receivedMs });
      expect(await store.erasures.pending('warehouse')).toMatchObject([
        { what: 'events', seqs: [1] },
      ]);
      expect(await store.numbers.stats(project)).toMatchObject({ events: 2 });
      await store.events.remove(project, event.uuid);
      expect(await store.events.replace(project, event.uuid, other)).toBe(false);
      expect(await stored()).toHaveLength(1);
    });

    it('of one event is followed as well', async () => {
      await reopen({ consumers: ['warehouse'] });
      const event = eventOf();
      await append([event, eventOf()]);
      expect(await store.events.remove(project, event.uuid)).toBe(true);
      expect(await store.events.remove(project, event.uuid)).toBe(false);
      expect(await store.erasures.pending('warehouse')).toMatchObject([
        { what: 'events', seqs: [1] },
      ]);
    });
  });

  describe('a project', () => {
    it('is found by token, number and name; a number is a number first', async () => {
      const digits = String(project);
      const other = await store.projects.create({ name: digits, retentionDays: 9 }, NOW);
      expect(store.projects.find(digits)?.name).toBe('one');
      expect(store.projects.find('one')?.id).toBe(project);
      expect(store.projects.byToken(other.token)?.id).toBe(other.id);
    });

    it('has a name and a token that no other has', async () => {
      const again = store.projects.create({ name: 'one', retentionDays: 9 }, NOW);
      await expect(again).rejects.toBeInstanceOf(Conflict);
      expect(store.projects.list()).toHaveLength(1);
    });

    it('has a kind, which can change', async () => {
      expect(store.projects.byId(project)?.kind).toBe('cli');
      const web = await store.projects.create({ name: 'w', kind: 'web', retentionDays: 9 }, NOW);
      await store.projects.update(project, { kind: 'agents' });
      await reopen();
      expect(store.projects.list().map(({ id, kind }) => [id, kind])).toEqual([
        [project, 'agents'],
        [web.id, 'web'],
      ]);
    });

    it('has a time zone, UTC at first, which can change', async () => {
      expect(store.projects.byId(project)?.timeZone).toBe('UTC');
      const timeZone = 'America/St_Johns';
      await store.projects.create({ name: 'far', timeZone, retentionDays: 9 }, NOW);
      await store.projects.update(project, { timeZone: 'Europe/Berlin' });
      await reopen();
      expect(store.projects.list().map((each) => each.timeZone)).toEqual([
        'Europe/Berlin',
        timeZone,
      ]);
    });

    it('has tokens: what is made, replaced or removed counts or not from that moment on', async () => {
      const read = { project, scope: 'read', label: 'r', token: 'read_of_one_1234' } as const;
      const { id } = await store.tokens.add(read, NOW);
      expect(store.tokens.find(read.token)).toEqual({
        ...{ id, project, scope: 'read', label: 'r' },
        ...{ hint: '1234', createdMs: NOW },
      });
      // It reads; that is all.
      expect(store.projects.byToken(read.token)).toBeUndefined();
      await expect(store.tokens.add(read, NOW)).rejects.toBeInstanceOf(Conflict);
      expect((await store.tokens.replace(id, 'another', NOW + 1))?.id).toBe(id);
      await reopen();
      expect(store.tokens.find(read.token)).toBeUndefined();
      expect(store.tokens.find('another')?.createdMs).toBe(NOW + 1);
      expect(store.tokens.list(project)).toHaveLength(2);
      expect([await store.tokens.remove(id), await store.tokens.remove(id)]).toEqual([true, false]);
      expect(await store.tokens.replace(id, 'again', NOW)).toBeUndefined();
      expect(store.tokens.find('another')).toBeUndefined();
      const { scope } = store.tokens.find('phc_of_one')!;
      expect(scope).toBe('write');
    });

    it('that is deleted is gone with everything, at once for who sends, and its number is not used again', async () => {
      await reopen({ consumers: ['warehouse'] });
      const other = await store.projects.create({ name: 'two', retentionDays: 365 }, NOW);
      const token = 'phc_of_one';
      expect(store.projects.byToken(token)?.id).toBe(project);
      const many = Array.from({ length: 4_500 }, (_, n) => eventOf({ distinctId: `id-${n % 50}` }));
      await append(many);
      await append([eventOf()], other.id);
      await store.installs.put(project, 'x', null, NOW);
      const removing = store.projects.remove(project);
      await store.settings.set('session_secret', 'a transaction later');
      expect(store.projects.byToken(token)).toBeUndefined();
      const receipt = await store.erasures.receipt(await removing);
      expect(receipt).toMatchObject({ forgotten: { events: 4_500, installs: 1 } });
      expect(await store.erasures.pending('warehouse')).toMatchObject([
        { what: 'project', project },
      ]);
      expect(await store.numbers.stats(project)).toEqual({ events: 0, ids: 0 });
      expect(await store.numbers.stats(other.id)).toEqual({ events: 1, ids: 1 });
      await reopen();
      const next = await store.projects.create({ name: 'one', retentionDays: 365 }, NOW);
      expect(next.id).toBeGreaterThan(other.id);
    });
  });

  describe('dead letters', () => {
    const letter = (distinctId = 'ann'): DeadLetter => ({
      projectId: project,
      dialect: 'd',
      reason: 'too_large',
      payload: '{}',
      distinctId,
    });

    it('become events, or stay', async () => {
      await store.append(project, [], [letter(), letter()], NOW);
      const [one, two] = await store.deadLetters.list(undefined, 0, 10);
      await store.deadLetters.replaced(one!.id, project, [eventOf()], NOW);
      const bad = { ...eventOf(), name: null as unknown as string };
      await expect(store.deadLetters.replaced(two!.id, project, [bad], NOW)).rejects.toThrow();
      expect((await store.deadLetters.list(project, 0, 10)).map(({ id }) => id)).toEqual([two!.id]);
      expect(await stored()).toHaveLength(1);
    });

    it('are bounded, and end', async () => {
      const many = Array.from({ length: DEAD_LETTERS + 500 }, () => letter());
      await store.append(project, [], many, NOW);
      const kept = (await store.deadLetters.list(project, 0, 20_000)).length;
      expect(kept).toBeGreaterThanOrEqual(DEAD_LETTERS);
      expect(kept).toBeLessThan(DEAD_LETTERS + 200);
      await store.believeClock(NOW + 31 * DAY_MS);
      await store.retain(NOW + 31 * DAY_MS);
      expect(await store.deadLetters.list(project, 0, 1)).toEqual([]);
    });
  });

  describe('the clock', () => {
    it('jumps: nothing is lost or counted twice, and numbers still rise', async () => {
      const event = eventOf();
      const jumps = [0, -400 * DAY_MS, 5 * DAY_MS, -1];
      for (const jump of jumps) await store.append(project, [event], [], NOW + jump);
      for (const jump of jumps) await store.append(project, [eventOf()], [], NOW + jump);
      const events = (await collect(store.after(project, 0))).flat();
      expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
      expect(events.map(({ receivedMs }) => receivedMs! - NOW)).toEqual([0, ...jumps]);
      expect((await totals()).events).toBe(5);
    });
  });

  describe('a clock that is wrong', () => {
    const AHEAD = 400 * DAY_MS;
    it('deletes nothing, however often it is looked at, and after a restart; then all is as before', async () => {
      await append([eventOf(), eventOf({ timeMs: NOW - 300 * DAY_MS })]);
      await store.retain(NOW);
      for (let n = 0; n < 3; n++) {
        const { events, steadyMs } = await store.retain(NOW + AHEAD + n * 10_000);
        expect({ events, steadyMs }).toEqual({ events: 0, steadyMs: NOW });
        await reopen();
      }
      await store.retain(NOW + AHEAD);
      expect(await store.clock()).toEqual({ steadyMs: NOW, aheadMs: AHEAD, isStrange: true });
      expect(store.steadyMs(NOW + AHEAD) - NOW).toBeLessThan(DAY_MS);
      expect((await store.retain(NOW + 60_000)).events).toBe(0);
      expect(await store.clock()).toMatchObject({ steadyMs: NOW + 60_000, aheadMs: null });
      expect(await stored()).toHaveLength(2);
    });

    it('is believed when the operator says so', async () => {
      await append([eventOf()]);
      await store.retain(NOW);
      expect((await store.retain(NOW + AHEAD)).events).toBe(0);
      await store.believeClock(NOW + AHEAD);
      expect((await store.retain(NOW + AHEAD)).events).toBe(1);
    });

    it('is none because the events of a new store happened long ago', async () => {
      await append([eventOf({ timeMs: NOW - 300 * DAY_MS })]);
      expect(store.steadyMs(NOW + 60_000)).toBe(NOW + 60_000);
      await store.retain(NOW + 60_000);
      expect(await store.clock()).toMatchObject({ steadyMs: NOW + 60_000, aheadMs: null });
      // Nor because they arrived long ago, at another store.
      await store.append(project, [eventOf()], [], NOW - 300 * DAY_MS);
      await reopen();
      await store.retain(NOW + 120_000);
      expect(await store.clock()).toMatchObject({ aheadMs: null });
    });

    it('is not believed at the first look at a store that is full', async () => {
      await append([eventOf()]);
      // Nor by who judges what arrives.
      expect(store.steadyMs(NOW + AHEAD) - NOW).toBeLessThan(DAY_MS);
      expect((await store.retain(NOW + AHEAD)).events).toBe(0);
    });
  });

  describe('a lease', () => {
    it('has one holder at a time, who keeps it, releases it, or loses it', async () => {
      expect(await store.lease('job', 'a', 60_000)).toBe(true);
      expect(await store.lease('job', 'b', 60_000)).toBe(false);
      expect(await store.lease('other', 'b', 60_000)).toBe(true);
      expect(await store.lease('job', 'a', 60_000)).toBe(true);
      await store.release('job', 'b');
      expect(await store.lease('job', 'b', 60_000)).toBe(false);
      await store.release('job', 'a');
      expect(await store.lease('job', 'b', 5)).toBe(true);
      const until = performance.now() + 5;
      while (performance.now() <= until) await new Promise(setImmediate);
      expect(await store.lease('job', 'a', 60_000)).toBe(true);
      expect(await store.lease('job', 'b', 60_000)).toBe(false);
    });
  });

  describe('what it remembers of itself', () => {
    it('is there after a restart: settings, ended sessions, who it is', async () => {
      await store.settings.set('session_secret', 'x');
      await store.sessions.end('s', Date.now() + DAY_MS);
      await store.sessions.end('over', Date.now() - 1);
      const { identity } = store;
      await reopen();
      expect(await store.settings.get('session_secret')).toBe('x');
      expect(await store.settings.get('admin_token_hash')).toBeUndefined();
      expect([store.sessions.has('s'), store.sessions.has('over')]).toEqual([true, false]);
      expect(store.identity).toBe(identity);
    });

    it('is whole, and says how large it is', async () => {
      await append([eventOf()]);
      expect(await store.checkIntegrity('thorough')).toMatchObject({ isWhole: true, damage: [] });
      expect((await store.size()).bytes).toBeGreaterThan(1_000);
    });
  });
}
