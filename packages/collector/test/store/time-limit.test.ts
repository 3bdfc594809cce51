// A question about the numbers ends in time, however much there is to count; and the next one is answered.

import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answerError } from '../../src/http/errors';
import { TooSlow } from '../../src/store/errors';
import { openStore } from '../../src/store/open';
import { dayOf, monthOfDay } from '../../src/store/periods';
import { openDatabase } from '../../src/store/sqlite/database';
import { makeFolder } from '../support/collector';
import { NOW } from './support/model';

const MONTHS = 12;
const IDS = 25_000;

let folder: ReturnType<typeof makeFolder>;
let project: number;
beforeAll(async () => {
  folder = makeFolder();
  const store = await openStore({ dataFolder: folder.path });
  ({ id: project } = await store.projects.create({ name: 'one', retentionDays: 365 }, NOW));
  await store.close();
  // Many who were active in many months: to count them distinctly takes a while.
  const db = openDatabase(join(folder.path, 'collector.db'));
  db.prepare(
    `WITH RECURSIVE n(x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM n WHERE x < ?)
     INSERT INTO active (project_id, month, id, days)
     SELECT ?, ? - x % ${MONTHS}, 1 + x / ${MONTHS}, 1 FROM n`,
  ).run(MONTHS * IDS - 1, project, monthOfDay(dayOf(NOW)));
  db.close();
}, 60_000);
afterAll(() => folder.remove());

it('is stopped, and holds up nobody after it', async () => {
  const range = { project, fromDay: dayOf(NOW) - 400, toDay: dayOf(NOW) };
  const timed = async (questionMs?: number) => {
    const store = await openStore(
      { dataFolder: folder.path },
      questionMs === undefined ? {} : { questionMs },
    );
    const beganMs = performance.now();
    const said = await store.numbers.summary(range).catch((error: Error) => error);
    const tookMs = performance.now() - beganMs;
    const next = await store.numbers.stats(project);
    await store.close();
    return { said, tookMs, next };
  };
  const unlimited = await timed();
  expect(unlimited.said).toMatchObject({ totals: { active_ids: IDS } });
  const limited = await timed(unlimited.tookMs / 10);
  expect(limited.said).toBeInstanceOf(TooSlow);
  expect(limited.tookMs).toBeLessThan(unlimited.tookMs / 2);
  expect(limited.next).toEqual({ events: 0, ids: 0 });
});

it('counts its wait for others too', async () => {
  const store = await openStore({ dataFolder: folder.path }, { questionMs: 100 });
  const range = { project, fromDay: dayOf(NOW) - 400, toDay: dayOf(NOW) };
  const asked = Array.from({ length: 24 }, () => store.numbers.summary(range));
  const beganMs = performance.now();
  const ends = await Promise.allSettled(asked);
  expect(performance.now() - beganMs).toBeLessThan(24 * 100);
  // A quick machine answers some; for those behind them, the wait alone is too long.
  expect(ends.at(-1)).toMatchObject({ reason: new TooSlow() });
  await store.close();
});

it('is told to who asked, with what to do', () => {
  const seen: Record<string, unknown> = {};
  const reply = {
    header: (name: string, value: string) => Object.assign(seen, { [name]: value }),
    code: (status: number) => Object.assign(seen, { status }) && reply,
    send: (body: object) => Object.assign(seen, body) && reply,
  };
  answerError({} as never, new TooSlow(), { raw: {} } as never, reply as never);
  expect(seen).toMatchObject({ status: 503, code: 'too_slow', 'retry-after': '60' });
  expect(seen.detail).toMatch(/fewer days/);
});
