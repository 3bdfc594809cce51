// Visits under kills: a collector that is killed while pages send to it, and pages that send again what was not
// acknowledged. In the end every number is what the stored events say.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { chance, SEED } from '../../../../test/torture/chaos';
import { makeFolder, startCollector } from '../support/collector.ts';
import { BROWSER, makeSite } from './support/site.ts';

const KILLS = 6;
const MINUTE_MS = 60_000;
const KEY = 'site_that_is_killed';

let folder: ReturnType<typeof makeFolder>;
beforeAll(() => {
  folder = makeFolder();
});
afterAll(() => folder.remove());

it(`numbers are a recount after ${KILLS} kills (seed ${SEED})`, async () => {
  const { between, pick } = chance(SEED);
  const startMs = Date.now() - 20 * 3_600_000;
  const payload = () => ({
    ...pick([
      { type: 'pageview', url: pick(['/', '/a', '/b']) },
      { type: 'pageview', url: pick(['/c', '/d']) },
      { type: 'page_exit', url: '/', engaged: Math.floor(between(0, 20_000)) },
      { type: 'event', name: 'buy', url: '/' },
    ]),
    visitorId: `visitor-${Math.floor(between(0, 12))}`,
    uuid: crypto.randomUUID(),
    at: startMs + Math.floor(between(0, 12 * 60)) * MINUTE_MS,
  });
  const waiting = Array.from({ length: 1_500 }, payload);
  const acknowledged = new Set<string>();
  let collector = await startCollector({}, { folder: folder.path });
  const { id } = await makeSite(collector, { domain: 'kill.example', domainKey: KEY });

  for (let round = 0; round <= KILLS; round++) {
    let isKilled = false;
    const untilKill = round === KILLS ? Number.POSITIVE_INFINITY : Math.floor(between(20, 60));
    let answers = 0;
    // Eight pages, which take what is left and put back what nobody has acknowledged.
    const page = async () => {
      while (!isKilled) {
        const batch = waiting.splice(0, 3);
        if (batch.length === 0) return;
        // Some are sent twice although they were taken.
        const repeated = acknowledged.size > 0 && between(0, 4) < 1 ? [batch[0]!] : [];
        try {
          const answer = await collector.request(
            'POST',
            `/api/v2/track/${KEY}`,
            { events: [...batch, ...repeated], sentAt: Date.now() },
            { origin: 'https://kill.example', 'user-agent': BROWSER },
          );
          expect(answer.status).toBe(200);
          for (const { uuid } of batch) acknowledged.add(uuid);
        } catch (error) {
          if (!isKilled) throw error;
          waiting.push(...batch);
        }
        if (++answers === untilKill) {
          isKilled = true;
          collector.child.kill('SIGKILL');
        }
      }
    };
    await Promise.all(Array.from({ length: 8 }, page));
    if (!isKilled) break;
    await collector.ended;
    collector = await startCollector({}, { folder: folder.path });
  }

  const get = (path: string) => collector.admin('GET', path);
  const lines = (await (await get(`/api/v1/export?project=${id}`)).text()).split('\n');
  const events = lines
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .map(
      ({ event, uuid, distinct_id: of, timestamp, properties: { $visit, $engaged_ms = 0 } }) => ({
        ...{ event, uuid, of, ms: Date.parse(timestamp), visit: $visit, engaged: $engaged_ms },
      }),
    );
  expect(new Set(events.map(({ uuid }) => uuid))).toEqual(acknowledged);
  expect(events).toHaveLength(1_500);

  const visits = new Map<number, typeof events>();
  for (const each of events) {
    if (each.visit !== undefined) visits.set(each.visit, [...(visits.get(each.visit) ?? []), each]);
  }
  const counted = [...visits.values()].map((parts) => {
    const times = parts.map(({ ms }) => ms);
    const count = (is: (event: string) => boolean) => parts.filter(({ event }) => is(event)).length;
    const engaged = parts.reduce((sum, part) => sum + part.engaged, 0);
    const views = count((event) => event === '$pageview');
    return {
      visitors: new Set(parts.map(({ of }) => of)),
      views,
      isBounce: views === 1 && count((event) => !event.startsWith('$')) === 0 && engaged < 10_000,
      ms: Math.max(Math.max(...times) - Math.min(...times), engaged),
    };
  });
  for (const { visitors } of counted) expect(visitors.size).toBe(1);
  const sum = (of: (visit: (typeof counted)[number]) => number) =>
    counted.reduce((total, visit) => total + of(visit), 0);
  const stats = await (await get(`/api/v2/sites/${id}/stats`)).json();
  await collector.stop();
  expect(stats).toMatchObject({
    visits: counted.length,
    visitors: new Set(events.filter(({ visit }) => visit !== undefined).map(({ of }) => of)).size,
    views: sum(({ views }) => views),
    bounceRate: Math.round((sum(({ isBounce }) => Number(isBounce)) / counted.length) * 100),
    avgDuration: Math.round(sum(({ ms }) => ms) / counted.length / 1_000),
  });
}, 180_000);
