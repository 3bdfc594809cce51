// What every warehouse promises, whatever engine it is made of.

import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Answer, Data, Question } from '../../../../schema/src/question.ts';
import type { Row, Warehouse } from '../../../src/warehouse/warehouse.ts';
import { FROM, history, QUESTIONS, STRANGE } from './histories.ts';
import { recount } from './recount.ts';

/** A warehouse, made for a test, with the columns of `recount`. */
export interface Made {
  warehouse: Warehouse;
  /** Ends the engine without warning, now. */
  kill(): void;
  /** Resolves when a warehouse whose engine was killed answers again. */
  recovered(): Promise<void>;
  /** Closes it and opens it again. */
  reopen(): Promise<void>;
  remove(): Promise<void>;
}

const DAY = 86_400_000;
const SEED = Number(process.env.WAREHOUSE_SEED ?? 9);

/** A row with some of its parts given. */
export const row = (seq: number, parts: Partial<Row> = {}): Row => ({
  project: 1,
  seq,
  timeMs: FROM + seq * 1000,
  event: 'start',
  distinctId: 'ann',
  session: null,
  values: {},
  ...parts,
});
const rowsOf = (from: number, count: number, parts: Partial<Row> = {}) =>
  Array.from({ length: count }, (_, index) => row(from + index, parts));
/** Numbers from 0 to 1, the same ones for a seed. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
const RANGE = { project: 1, from: 0, to: FROM + 400 * DAY } as const;

/** How thoroughly it is held to its promises. */
export interface Thoroughness {
  /** Random histories of each kind of question. */
  readonly runs: number;
  /** Whether its engine is killed, which takes long. */
  readonly kills: boolean;
}

export function contract(name: string, make: () => Promise<Made>, how: Thoroughness): void {
  describe(`the contract of a warehouse: ${name}`, () => {
    let made: Made;
    let warehouse: Warehouse;
    beforeAll(async () => {
      made = await make();
      warehouse = made.warehouse;
    });
    afterAll(() => made.remove());
    beforeEach(() => warehouse.reset());

    const data = async (question: object) => {
      const answer = (await warehouse.query({ ...RANGE, ...question } as Question)) as Answer;
      expect(answer.data, `cut by ${answer.cut}`).not.toBeNull();
      return answer.data as never;
    };
    const count = async (more: object = {}) =>
      ((await data({ kind: 'totals', ...more })) as { now: { events: number } }).now.events;

    describe('exactly once', () => {
      it('a batch that is written again changes nothing, and says so', async () => {
        expect(await warehouse.write({ number: 1, rows: rowsOf(1, 10) })).toBe(true);
        expect(await warehouse.write({ number: 1, rows: rowsOf(1, 10) })).toBe(false);
        expect(await count()).toBe(10);
        expect(await warehouse.lastBatch()).toBe(1);
      });

      it('batches may come in any order, each as often as it likes, at the same time', async () => {
        const numbers = [5, 2, 9, 2, 5, 1, 9, 40, 1, 3, 40, 2];
        const isNew = await Promise.all(
          numbers.map((number) => warehouse.write({ number, rows: rowsOf(number * 100, number) })),
        );
        expect(isNew.filter(Boolean)).toHaveLength(6);
        expect(await count()).toBe(5 + 2 + 9 + 1 + 40 + 3);
        expect(await warehouse.lastBatch()).toBe(40);
      });

      it('a batch in parts is there once, or nothing of it where they end with an error', async () => {
        async function* parts(count: number, isBroken = false) {
          for (let part = 1; part < count; part++) yield rowsOf(part * 3_500, 3_500);
          if (isBroken) throw new Error('the store cannot be read');
        }
        const write = (number: number, later: AsyncIterable<Row[]>) =>
          warehouse.write({ number, rows: rowsOf(1, 3_499), later });
        for (const size of [1, 2, 3, 6]) {
          await expect(write(1, parts(size, true))).rejects.toThrow('cannot be read');
          expect(await count()).toBe(0);
        }
        expect(await write(1, parts(6))).toBe(true);
        expect(await count()).toBe(6 * 3_500 - 1);
        expect(await write(1, parts(6))).toBe(false);
        expect(await warehouse.write({ number: 2, rows: [], later: parts(1) })).toBe(true);
        expect(await count()).toBe(6 * 3_500 - 1);
        expect(await warehouse.lastBatch()).toBe(2);
      });

      it('an empty batch has been written too', async () => {
        expect(await warehouse.lastBatch()).toBeNull();
        expect(await warehouse.write({ number: 7, rows: [] })).toBe(true);
        expect(await warehouse.write({ number: 7, rows: [] })).toBe(false);
        expect(await warehouse.lastBatch()).toBe(7);
      });

      it('what was written is there after it was closed and opened', async () => {
        await warehouse.write({ number: 3, rows: rowsOf(1, 5000) });
        await made.reopen();
        warehouse = made.warehouse;
        expect(await warehouse.write({ number: 3, rows: rowsOf(1, 5000) })).toBe(false);
        expect(await count()).toBe(5000);
      });

      const itWithKills = how.kills ? it : () => undefined;
      itWithKills(
        'killed at any moment of a batch: all of it is there, or nothing',
        async () => {
          let expected = 0;
          for (const [index, delayMs] of [0, 5, 20, 60, 120, 250].entries()) {
            const all = rowsOf(index * 100_000, 8000);
            const later = async function* () {
              for (let at = 3_000; at < 8_000; at += 1_000) yield all.slice(at, at + 1_000);
            };
            const batch = { number: index + 1, rows: all };
            const inParts = { ...batch, rows: all.slice(0, 3_000), later: later() };
            const written = warehouse.write(index % 2 ? inParts : batch).catch(() => undefined);
            await new Promise((done) => setTimeout(done, delayMs));
            made.kill();
            await written;
            await made.recovered();
            expect([expected, expected + 8000]).toContain(await count());
            await warehouse.write(batch);
            expected += 8000;
            expect(await count()).toBe(expected);
            expect(await warehouse.lastBatch()).toBe(index + 1);
          }
        },
        120_000,
      );
    });

    describe('erasing', () => {
      it('an id is gone from every answer, its name too; twice is once', async () => {
        const rest = JSON.stringify({ n: 1 });
        const parts = { distinctId: 'victim', values: { command: 'up', rest } };
        await warehouse.write({ number: 1, rows: [...rowsOf(1, 20), ...rowsOf(21, 30, parts)] });
        await data({ kind: 'series', interval: 'month' });
        expect(await warehouse.erase(1, 'nobody')).toBe(0);
        expect(await warehouse.erase(1, 'victim')).toBe(30);
        expect(await warehouse.erase(1, 'victim')).toBe(0);
        expect(await count()).toBe(20);
        for (const question of [
          { kind: 'breakdown', by: { column: 'distinct_id' } },
          { kind: 'breakdown', by: { column: 'command' } },
          { kind: 'series', interval: 'month' },
          { kind: 'events' },
        ]) {
          const answer = JSON.stringify(await data(question));
          expect(answer).not.toMatch(/victim|up/);
        }
      });

      it('erases in one project only, and takes the id again when it comes back', async () => {
        await warehouse.write({ number: 1, rows: [row(1), row(2, { project: 2 })] });
        await warehouse.erase(1, 'ann');
        expect(await count()).toBe(0);
        expect(await count({ project: 2 })).toBe(1);
        await warehouse.write({ number: 2, rows: [row(3)] });
        const page = (await data({ kind: 'events' })) as { events: { distinct_id: string }[] };
        expect(page.events.map((each) => each.distinct_id)).toEqual(['ann']);
      });

      it('what an id did after its erasure stays, and its name with it', async () => {
        await warehouse.write({ number: 1, rows: rowsOf(1, 10) });
        expect(await warehouse.erase(1, 'ann', 7)).toBe(7);
        const page = (await data({ kind: 'events' })) as { events: object[] };
        expect(page.events).toHaveLength(3);
        expect(page.events[0]).toMatchObject({ seq: 10, distinct_id: 'ann' });
      });

      it('one event goes, of one project; with the last one of its id, the name', async () => {
        const other = row(2, { distinctId: 'bob' });
        await warehouse.write({ number: 1, rows: [row(1), other, row(3, { project: 2 })] });
        expect(await warehouse.eraseEvents(1, [3])).toBe(0);
        expect(await warehouse.eraseEvents(1, [2, 17])).toBe(1);
        expect(await warehouse.eraseEvents(1, [2])).toBe(0);
        const ids = (await data({ kind: 'breakdown', by: { column: 'distinct_id' } })) as object;
        expect(ids).toMatchObject({ rows: [{ value: 'ann', events: 1 }], values: 1 });
        expect(await count({ project: 2 })).toBe(1);
      });

      it('what is too old goes, of one project', async () => {
        const rows = [...rowsOf(1, 10), ...rowsOf(11, 10, { project: 2 })];
        await warehouse.write({ number: 1, rows });
        await data({ kind: 'series', interval: 'month' });
        expect(await warehouse.dropBefore(1, FROM + 6_000)).toBe(5);
        expect(await warehouse.dropBefore(1, FROM + 6_000)).toBe(0);
        expect(await count()).toBe(5);
        expect(await count({ project: 2 })).toBe(10);
        const { points } = (await data({ kind: 'series', interval: 'month' })) as {
          points: { events: number }[];
        };
        expect(points.reduce((sum, { events }) => sum + events, 0)).toBe(5);
      });

      it('a project is dropped without its neighbours', async () => {
        const rows = [...rowsOf(1, 3), ...rowsOf(4, 5, { project: 2 })];
        await warehouse.write({ number: 1, rows });
        expect(await warehouse.dropProject(2)).toBe(5);
        expect(await count()).toBe(3);
        expect(await count({ project: 2 })).toBe(0);
        const ids = await data({ kind: 'breakdown', by: { column: 'distinct_id' }, project: 2 });
        expect(ids).toEqual({ rows: [], values: 0, events: 0 });
      });

      it('after a reset every number is new', async () => {
        await warehouse.write({ number: 1, rows: rowsOf(1, 10) });
        await warehouse.reset();
        expect(await warehouse.lastBatch()).toBeNull();
        expect(await count()).toBe(0);
        expect(await warehouse.write({ number: 1, rows: rowsOf(1, 4) })).toBe(true);
        expect(await count()).toBe(4);
      });
    });

    describe('what strangers send', () => {
      it('SQL in every field is text', async () => {
        const rows = STRANGE.flatMap((text, index) => [
          row(index + 1, {
            event: text,
            distinctId: text,
            session: text,
            values: { command: text, country: text, rest: JSON.stringify({ [text]: text }) },
          }),
        ]);
        await warehouse.write({ number: 1, rows });
        for (const text of STRANGE) {
          for (const column of ['event', 'distinct_id', 'session', 'command', 'country']) {
            const where = [{ column, op: 'is', value: text }];
            expect(await count({ where }), `${column} ${text}`).toBe(1);
          }
          expect(await count({ where: [{ property: text, op: 'is', value: text }] })).toBe(1);
          const values = await data({ kind: 'breakdown', by: { property: text } });
          expect(values).toMatchObject({ rows: [{ value: text, events: 1 }] });
        }
        expect(await count()).toBe(STRANGE.length);
      });

      it('no name but those of the columns gets into a statement', async () => {
        for (const column of [...STRANGE, 'id', 'project', 'seq', 'rowid', 'batches.number']) {
          const questions = [
            { kind: 'breakdown', by: { column } },
            { kind: 'totals', where: [{ column, op: 'is', value: 'x' }] },
            { kind: 'totals', measure: { column } },
          ];
          for (const question of questions) {
            await expect(
              warehouse.query({ ...RANGE, ...question } as Question),
            ).rejects.toMatchObject({ name: 'QuestionError' });
          }
        }
        for (const more of [
          { interval: "day'; --" },
          { interval: 'day', zone: "UTC'; --" },
          { interval: 'day', from: '0; --' },
        ]) {
          await expect(
            warehouse.query({ ...RANGE, kind: 'series', ...more } as never),
          ).rejects.toMatchObject({ name: 'QuestionError' });
        }
      });

      it('what no engine likes is taken: NUL, half a surrogate pair, 1e308, wrong types', async () => {
        const values = {
          command: 'x\0y',
          country: '\ud800',
          duration_ms: 1e308,
          success: 'yes' as never,
          received: Number.NaN,
          rest: '{"half":"\\udc00","big":1e308,"beyond":1e999,"nul":"\\u0000","plan":"p"}',
        };
        await warehouse.write({
          number: 1,
          rows: [
            row(1, { values, event: 'a\ud800', distinctId: '\udfff', session: '\0' }),
            row(2, { values: { rest: 'no JSON', duration_ms: Number.POSITIVE_INFINITY } }),
            row(3, { values: { rest: '[1]', command: 7 as never } }),
          ],
        });
        expect(await count()).toBe(3);
        const page = (await data({ kind: 'events' })) as { events: object[] };
        expect(page.events[2]).toMatchObject({
          event: 'a\ufffd',
          distinct_id: '\ufffd',
          values: { command: 'x\0y', country: '\ufffd', duration_ms: 1e308, success: null },
        });
        const plans = await data({ kind: 'breakdown', by: { property: 'plan' } });
        expect(plans).toMatchObject({ rows: [{ value: 'p', events: 1 }] });
        expect(await count({ where: [{ property: 'half', op: 'is', value: '\ufffd' }] })).toBe(1);
        expect(await count({ where: [{ property: 'big', op: 'is', value: 1e308 }] })).toBe(1);
        expect(await count({ where: [{ column: 'duration_ms', op: 'is', value: 1e308 }] })).toBe(1);
      });

      it('values are ranked by ids however many there are, where few events are of many ids', async () => {
        // 150 values of one busy id each; the last one has two events, of two ids.
        const busy = Array.from({ length: 150 }, (_, n) =>
          Array.from({ length: 3 }, () => ({ command: `busy-${n}`, id: 'one' })),
        ).flat();
        const shared = ['a', 'b'].map((id) => ({ command: 'shared', id }));
        await warehouse.write({
          number: 1,
          rows: [...busy, ...shared].map(({ command, id }, n) =>
            row(n + 1, { distinctId: id, values: { command, rest: JSON.stringify({ command }) } }),
          ),
        });
        for (const by of [{ column: 'command' }, { property: 'command' }]) {
          for (const measure of [undefined, { column: 'duration_ms' }]) {
            const asked = { kind: 'breakdown', by, measure, limit: 2 } as const;
            const [byIds, byEvents] = await Promise.all([
              data({ ...asked, order: 'ids' }),
              data(asked),
            ]);
            expect(byIds).toMatchObject({
              rows: [
                { value: 'shared', ids: 2, events: 2 },
                { value: 'busy-0', ids: 1, events: 3 },
              ],
              values: 151,
              events: 452,
            });
            expect(byEvents).toMatchObject({ rows: [{ value: 'busy-0' }, { value: 'busy-1' }] });
          }
        }
      });

      it('what is too much is no question', async () => {
        for (const question of [
          { kind: 'series', interval: 'hour' },
          { kind: 'breakdown', by: { column: 'event' }, limit: 1001 },
          { kind: 'events', cursor: 'x' },
          { kind: 'funnel', steps: [[{ column: 'event', op: 'is', value: 'a' }]] },
          { kind: 'totals', to: 0 },
          { kind: 'everything' },
        ]) {
          await expect(
            warehouse.query({ ...RANGE, ...question } as Question),
          ).rejects.toMatchObject({ name: 'QuestionError' });
        }
      });
    });

    describe('time', () => {
      const day = async (zone: string, from: string, to: string, interval = 'day') =>
        (await data({
          kind: 'series',
          interval,
          zone,
          from: Date.parse(from),
          to: Date.parse(to),
        })) as { points: { start: number; events: number }[] };

      it('the day on which the clock is put forward has 23 hours, the other one 25', async () => {
        const hourly = (from: string, hours: number) =>
          Array.from({ length: hours }, (_, hour) =>
            row(hour + 1, { timeMs: Date.parse(from) + hour * 3_600_000 }),
          );
        await warehouse.write({ number: 1, rows: hourly('2026-03-28T23:00Z', 48) });
        const spring = await day('Europe/Berlin', '2026-03-28T23:00Z', '2026-03-29T22:00Z');
        expect(spring.points.map(({ events }) => events)).toEqual([23]);
        await warehouse.write({ number: 2, rows: hourly('2026-10-24T22:00Z', 48) });
        const autumn = await day('Europe/Berlin', '2026-10-24T22:00Z', '2026-10-25T23:00Z');
        expect(autumn.points.map(({ events }) => events)).toEqual([25]);
        const hours = await day('Europe/Berlin', '2026-10-24T22:00Z', '2026-10-25T23:00Z', 'hour');
        expect(hours.points).toHaveLength(25);
      });

      it('weeks begin on Monday and months on the first, of the zone', async () => {
        // Sunday 1 March 2026, 23:30 in New York; Monday in Berlin.
        await warehouse.write({
          number: 1,
          rows: [row(1, { timeMs: Date.parse('2026-03-02T04:30Z') })],
        });
        const range = ['2026-02-01T12:00Z', '2026-03-20T00:00Z'] as const;
        const start = async (zone: string, interval: string) =>
          (await day(zone, ...range, interval)).points.find(({ events }) => events > 0)!.start;
        expect(await start('America/New_York', 'week')).toBe(Date.parse('2026-02-23T05:00Z'));
        expect(await start('Europe/Berlin', 'week')).toBe(Date.parse('2026-03-01T23:00Z'));
        expect(await start('America/New_York', 'month')).toBe(Date.parse('2026-03-01T05:00Z'));
      });

      it('a series that was asked before counts what came or went since', async () => {
        const ask = async () =>
          (await day('Europe/Berlin', '2026-03-01T00:00Z', '2026-04-01T00:00Z')).points.map(
            ({ events }) => events,
          );
        await warehouse.write({ number: 1, rows: rowsOf(1, 5) });
        expect((await ask()).reduce((a, b) => a + b)).toBe(5);
        const late = row(9, { timeMs: FROM + 20 * DAY, distinctId: 'bob' });
        await warehouse.write({ number: 2, rows: [late] });
        expect((await ask()).reduce((a, b) => a + b)).toBe(6);
        await warehouse.erase(1, 'ann');
        expect((await ask()).reduce((a, b) => a + b)).toBe(1);
      });
    });

    it('a series tells median and p95 of a measure in each interval, whatever came or went since', async () => {
      let rows: Row[] = [];
      const lasted = (from: number, day: number, durations: readonly (number | undefined)[]) =>
        durations.map((duration_ms, index) =>
          row(from + index, {
            timeMs: FROM + day * DAY + index,
            distinctId: index % 2 ? 'ann' : 'bob',
            values: duration_ms === undefined ? {} : { duration_ms, success: index % 3 > 0 },
          }),
        );
      const write = async (number: number, more: Row[]) => {
        await warehouse.write({ number, rows: more });
        rows.push(...more);
      };
      const same = async () => {
        for (const interval of ['day', 'week', 'month'] as const) {
          const range = { project: 1, from: FROM, to: FROM + 40 * DAY };
          const measure = { column: 'duration_ms' };
          const asked = { kind: 'series', interval, ...range, measure, before: true } as const;
          // The same without a measure: neither is answered with what is kept of the other.
          for (const question of [asked, { ...asked, measure: undefined }]) {
            expect(await data(question)).toEqual(recount(rows, question));
          }
        }
      };
      await write(1, [...lasted(1, 0, [900, 100, 5_000, 300, undefined]), ...lasted(11, 9, [7])]);
      await same();
      const { points } = (await data({
        kind: 'series',
        interval: 'day',
        from: FROM,
        to: FROM + 2 * DAY,
        measure: { column: 'duration_ms' },
      })) as Data['series'];
      expect(points).toMatchObject([
        { median: 300, p95: 5_000 },
        { median: null, p95: null },
      ]);
      // No whole number, and one that has more than 32 bits.
      await write(2, [...lasted(21, 0, [200.5, 1]), ...lasted(31, 20, [2 ** 40, 2, 3])]);
      await same();
      await warehouse.erase(1, 'bob');
      rows = rows.filter(({ distinctId }) => distinctId !== 'bob');
      await same();
    });

    it('ids of many intervals are counted, whatever came, went and came again', async () => {
      const ids = async () => {
        const { points } = (await data({
          kind: 'series',
          interval: 'hour',
          from: FROM,
          to: FROM + 6 * 3_600_000,
        })) as { points: { ids: number }[] };
        return points.map((each) => each.ids);
      };
      const of = (from: number, names: string[], hour: number) =>
        names.map((distinctId, index) =>
          row(from + index, { distinctId, timeMs: FROM + hour * 3_600_000 }),
        );
      await warehouse.write({ number: 1, rows: of(1, ['a', 'b', 'a', 'b\udc00', 'b\ufffd'], 0) });
      await warehouse.write({ number: 2, rows: of(11, ['c', 'd', 'a'], 5) });
      await warehouse.write({
        number: 3,
        rows: of(21, ['a'], 2).map((each) => ({ ...each, project: 2 })),
      });
      expect(await ids()).toEqual([3, 0, 0, 0, 0, 3]);
      await warehouse.erase(1, 'd');
      await warehouse.erase(1, 'b');
      await warehouse.write({ number: 4, rows: of(31, ['e', 'b', 'f', 'e'], 5) });
      expect(await ids()).toEqual([2, 0, 0, 0, 0, 5]);
      await made.reopen();
      warehouse = made.warehouse;
      await warehouse.write({ number: 5, rows: of(41, ['a', 'g'], 3) });
      expect(await ids()).toEqual([2, 0, 0, 2, 0, 5]);
    });

    it('an answer is the same, whatever was asked before: an interval at the edge is in it as far as the range goes', async () => {
      const hour = 3_600_000;
      const rows = Array.from({ length: 900 }, (_, n) =>
        row(n + 1, { timeMs: FROM + n * hour, values: { success: n % 2 === 0 } }),
      );
      await warehouse.write({ number: 1, rows });
      const narrow = { from: FROM + 5 * DAY + 7 * hour, to: FROM + 30 * DAY + 3 * hour };
      const wide = { from: FROM - 40 * DAY, to: FROM + 70 * DAY };
      const where = [{ column: 'success', op: 'is', value: true }] as const;
      for (const range of [narrow, wide, narrow]) {
        const there = rows.filter(({ timeMs }) => timeMs >= range.from && timeMs < range.to);
        const half = there.filter(({ values }) => values.success);
        const { now } = (await data({ kind: 'totals', ...range })) as Data['totals'];
        expect(now.events).toBe(there.length);
        for (const interval of ['hour', 'day', 'week', 'month'] as const) {
          for (const [filters, expected] of [
            [[], there],
            [where, half],
          ] as const) {
            const asked = { kind: 'series', interval, ...range, where: [...filters] } as const;
            const { points } = (await data(asked)) as Data['series'];
            expect(points.reduce((sum, { events }) => sum + events, 0)).toBe(expected.length);
          }
        }
      }
    });

    it('totals of years are those of a recount, whatever came, went and came again', async () => {
      const ranges = [
        { from: FROM - 400 * DAY, to: FROM + 400 * DAY, zone: 'Europe/Berlin' },
        { from: FROM - 3 * 3_600_000, to: FROM + 63 * DAY, zone: 'America/New_York' },
        { from: FROM + 5 * DAY, to: FROM + 40 * DAY },
        { from: 0, to: FROM + 4_000 * DAY },
      ];
      let rows: Row[] = [];
      const same = async () => {
        for (const range of ranges) {
          const { now } = (await data({ kind: 'totals', ...range })) as Data['totals'];
          const there = rows.filter(({ timeMs }) => timeMs >= range.from && timeMs < range.to);
          expect(now).toMatchObject({
            events: there.length,
            ids: new Set(there.map(({ distinctId }) => distinctId)).size,
            failures: there.filter(({ values }) => values.success === false).length,
            judged: there.filter(({ values }) => values.success !== undefined).length,
          });
        }
      };
      const write = async (number: number, more: Row[]) => {
        await warehouse.write({ number, rows: more });
        rows.push(...more);
      };
      const names = Array.from({ length: 40 }, (_, n) => `id-${n}`);
      const spread = (from: number, count: number, ids: readonly string[]) =>
        Array.from({ length: count }, (_, n) =>
          row(from + n, {
            distinctId: ids[(n * 7) % ids.length]!,
            // At the ends of days and months too, in every zone.
            timeMs:
              FROM + ((n * 37) % 600) * DAY - 200 * DAY + ((n * 5) % 24) * 3_600_000 - (n % 2),
            values: n % 3 === 0 ? { success: n % 2 === 0 } : {},
          }),
        );
      await write(1, spread(1, 300, names));
      await same();
      // Into months that were counted; ids that need more bits than there were.
      await write(
        2,
        spread(1001, 60, [...names.slice(0, 3), ...names.map((name) => `${name}-new`)]),
      );
      await same();
      for (const gone of ['id-3', 'id-39-new']) {
        await warehouse.erase(1, gone);
        rows = rows.filter(({ distinctId }) => distinctId !== gone);
      }
      await same();
      await write(3, spread(2001, 20, ['another', 'id-3']));
      await same();
      await warehouse.dropBefore(1, FROM);
      rows = rows.filter(({ timeMs }) => timeMs >= FROM);
      await same();
    });

    it('a property is the same, whether it has a column or is read in the JSON', async () => {
      // The first events decide: 16 properties have columns, the others and those of SDKs have none.
      const keys = [
        ...Array.from({ length: 20 }, (_, n) => `key ${n}`),
        '$sdk',
        'id',
        'deep',
        'k'.repeat(99),
      ];
      const values = [
        'x',
        '',
        '7',
        7,
        0.5,
        -0,
        true,
        false,
        null,
        'a\u0000b',
        [1, 'x'],
        { y: null },
      ];
      const uuid = '550e8400-e29b-41d4-a716-446655440000';
      const rows = Array.from({ length: 60 }, (_, n) => {
        const shared = keys.map((key, at) => [key, values[(n * 5 + at) % values.length]]);
        const rest = {
          ...Object.fromEntries(shared.slice(n % 4)),
          id: `${n}-${uuid}`,
          deep: [n % 3],
        };
        return row(n + 1, { project: 1 + (n % 2), values: { rest: JSON.stringify(rest) } });
      });
      const range = { from: FROM, to: FROM + DAY };
      const same = async () => {
        for (const project of [1, 2]) {
          for (const key of ['key 0', 'key 3', 'key 16', 'key 19', ...keys.slice(-4)]) {
            const question = {
              ...RANGE,
              project,
              kind: 'breakdown',
              by: { property: key },
            } as const;
            expect(await data(question), key).toEqual(recount(rows, question));
            const where = [{ property: key, op: 'is', value: 7 } as const];
            const totals = { ...range, project, kind: 'totals', where } as const;
            expect(await data(totals), key).toEqual(recount(rows, totals));
          }
        }
      };
      await warehouse.write({ number: 1, rows: rows.slice(0, 9) });
      await warehouse.write({ number: 2, rows: rows.slice(9, 40) });
      await made.reopen();
      warehouse = made.warehouse;
      await warehouse.write({ number: 3, rows: rows.slice(40) });
      await same();
      // Who comes after a project was erased decides anew.
      await warehouse.dropProject(2);
      for (const each of rows) if (each.project === 2) Object.assign(each, { project: 3 });
      const renamed = row(1_000, { project: 2, values: { rest: '{"key 19":"x","key 3":1}' } });
      await warehouse.write({ number: 4, rows: [renamed] });
      rows.push(renamed);
      await same();
    });

    it('events are read page by page, each once', async () => {
      // Many of the same millisecond: the cursor must tell them apart.
      const rows = rowsOf(1, 95).map((each) => ({ ...each, timeMs: FROM + (each.seq % 7) }));
      await warehouse.write({ number: 1, rows });
      const seen: number[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = (await data({ kind: 'events', limit: 10, cursor })) as {
          events: { seq: number }[];
          next: string | null;
        };
        seen.push(...page.events.map(({ seq }) => seq));
        if (page.next === null) break;
        cursor = page.next;
      }
      expect(seen).toHaveLength(95);
      expect(new Set(seen).size).toBe(95);
    });

    it('paths are the same over few values, over many, and over all of time', async () => {
      // Of two ids: a, b, a, and c in the same millisecond as b, but stored after it. Written backwards.
      const steps = ['a', 'b', 'c', 'a'].map((event, n) => ({ event, ms: n === 2 ? 1 : n }));
      const lives = ['one', 'two'].flatMap((distinctId, life) =>
        steps.map(({ event, ms }, n) =>
          row(10 * life + n + 1, { event, distinctId, session: distinctId, timeMs: FROM + ms }),
        ),
      );
      await warehouse.write({ number: 1, rows: lives.reverse() });
      const others = Array.from({ length: 300 }, (_, n) =>
        row(100 + n, { event: `other-${n}`, distinctId: 'three', timeMs: FROM + n }),
      );
      const more = [[], others, [row(500, { event: 'long ago', distinctId: 'four', timeMs: 1 })]];
      for (const [index, rows] of more.entries()) {
        await warehouse.write({ number: index + 2, rows });
        for (const within of ['id', 'session']) {
          const asked = { kind: 'paths', within, depth: 2, value: 'b' };
          expect(await data({ ...asked, direction: 'from' })).toEqual({
            paths: [{ path: ['b', 'c', 'a'], count: 2 }],
          });
          expect(await data({ ...asked, direction: 'to' })).toEqual({
            paths: [{ path: [null, 'a', 'b'], count: 2 }],
          });
          expect(await data({ ...asked, direction: 'from', value: 'none' })).toEqual({ paths: [] });
        }
      }
    });

    it('an id is one id: in later batches, when it was opened again, where its text is no Unicode', async () => {
      const names = ['ann', 'bob', 'broken \ud800', 'broken \udfff', '🙂'];
      const write = (number: number, distinctIds: readonly string[]) =>
        made.warehouse.write({
          number,
          rows: distinctIds.map((distinctId, n) => row(100 * number + n, { distinctId })),
        });
      const ids = async () => (await made.warehouse.query({ ...RANGE, kind: 'totals' })).data;
      await write(1, names);
      // What is no Unicode is told apart from nothing else that is none.
      expect(await ids()).toMatchObject({ now: { events: 5, ids: 4 } });
      await write(2, names);
      expect(await ids()).toMatchObject({ now: { events: 10, ids: 4 } });
      await made.reopen();
      warehouse = made.warehouse;
      await write(3, ['cy', ...names].reverse());
      expect(await ids()).toMatchObject({ now: { events: 16, ids: 5 } });
      await warehouse.erase(1, 'bob');
      await write(4, ['dan', 'bob', 'cy']);
      expect(await ids()).toMatchObject({ now: { events: 16, ids: 6 } });
    });

    it('paths from an event that is rare are those of a recount, however its ids come and go', async () => {
      const random = generator(SEED);
      const pick = (count: number) => Math.floor(random() * count);
      const rows = Array.from({ length: 3_000 }, (_, n) => {
        const id = pick(40);
        // Some ids have an event a month, some all of theirs in a day, at instants that they share.
        const day = id % 4 === 0 ? id : pick(364);
        return row(n + 1, {
          event: pick(25) === 0 ? 'rare' : `often-${pick(6)}`,
          distinctId: id % 4 === 1 && pick(10) > 0 ? 'everybody' : `id-${id}`,
          timeMs: FROM + day * DAY + pick(20) * 1_000,
          values: { country: pick(3) === 0 ? null : ['DE', 'US'][pick(2)]! },
        });
      });
      await warehouse.write({ number: 1, rows });
      for (const direction of ['from', 'to'] as const) {
        for (const depth of [1, 2, 5]) {
          for (const where of [[], [{ column: 'country', op: 'is', value: 'DE' } as const]]) {
            const asked = { kind: 'paths', within: 'id', value: 'rare', limit: 1_000 } as const;
            const question = { ...RANGE, ...asked, direction, depth, where };
            expect(await data(question), JSON.stringify(question)).toEqual(recount(rows, question));
          }
        }
      }
    });

    it('median and p95 are exact, whether numbers are whole, are so at first, or never', async () => {
      const values = (command: string, duration_ms: number | null) => ({ command, duration_ms });
      const asked = {
        kind: 'breakdown',
        by: { column: 'command' },
        measure: { column: 'duration_ms' },
      };
      // Of 4,000 events: 0 … 3,999, each once.
      const many = Array.from({ length: 4_000 }, (_, n) => row(n + 1, { values: values('up', n) }));
      await warehouse.write({ number: 1, rows: many });
      const up = { value: 'up', events: 4_000, median: 1_999, p95: 3_799 };
      expect(await data(asked)).toMatchObject({ rows: [up] });

      const odd = [0.25, 0.5, 3e9].map((each, n) =>
        row(n + 5_000, { values: values('odd', each) }),
      );
      const none = row(6_000, { values: values('none', null) });
      await warehouse.write({ number: 2, rows: [...odd, none] });
      expect(await data(asked)).toMatchObject({
        rows: [
          up,
          { value: 'odd', events: 3, median: 0.5, p95: 3e9 },
          { value: 'none', events: 1, median: null, p95: null },
        ],
      });
    });

    it('an answer says when there is more', async () => {
      const rows = rowsOf(1, 30).map((each) => ({ ...each, event: `e${each.seq}` }));
      await warehouse.write({ number: 1, rows });
      const cut = async (more: object) =>
        (await warehouse.query({ ...RANGE, ...more } as Question)).cut;
      expect(await cut({ kind: 'breakdown', by: { column: 'event' } })).toBe('rows');
      expect(await cut({ kind: 'breakdown', by: { column: 'event' }, limit: 30 })).toBeNull();
      expect(await cut({ kind: 'events', limit: 29 })).toBe('rows');
      expect(await cut({ kind: 'events', limit: 30 })).toBeNull();
    });

    it('remembers whose copy it is, until it is emptied', async () => {
      expect((await warehouse.status()).source).toBeNull();
      await warehouse.adopt('one');
      await warehouse.adopt('another');
      await made.reopen();
      warehouse = made.warehouse;
      // The one that was opened tells only when it is up.
      await warehouse.lastBatch();
      expect((await warehouse.status()).source).toBe('another');
      await warehouse.reset();
      expect((await warehouse.status()).source).toBeNull();
    });

    it('tells how it is', async () => {
      await warehouse.write({ number: 4, rows: rowsOf(1, 10), waiting: 17 });
      const status = await warehouse.status();
      expect(status).toMatchObject({ state: 'ready', lastBatch: 4, rows: 10, behind: 17 });
      expect(status.bytes).toBeGreaterThan(0);
      expect(status.memoryBytes).toBeGreaterThan(1_000_000);
    });

    for (const [kind, arbitrary] of Object.entries(QUESTIONS)) {
      it(`${kind}: equal to a recount, over random histories`, async () => {
        await fc.assert(
          fc.asyncProperty(
            history,
            fc.array(arbitrary, { minLength: 6, maxLength: 6 }),
            fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 4, maxLength: 12 }),
            fc.option(fc.constantFrom('ann', 'bob')),
            async (rows, questions, order, erased) => {
              await warehouse.reset();
              let present: Row[] = [];
              const written = new Set<number>();
              // Six batches, in any order, some twice, some never; an id erased half-way.
              for (const [step, number] of order.entries()) {
                const batch = rows.filter(({ seq }) => seq % 6 === number);
                await warehouse.write({ number, rows: batch });
                if (!written.has(number)) present.push(...batch);
                written.add(number);
                if (erased === null || step !== order.length >> 1) continue;
                await warehouse.query(questions[0]!);
                await warehouse.erase(1, erased);
                present = present.filter(
                  (each) => each.project !== 1 || each.distinctId !== erased,
                );
              }
              // The first one twice: remembered answers are answers.
              for (const question of [questions[0]!, ...questions]) {
                const answer = await warehouse.query(question);
                expect(answer.data, JSON.stringify(question)).toEqual(recount(present, question));
              }
            },
          ),
          { numRuns: how.runs, seed: SEED },
        );
      }, 180_000);
    }
  });
}
