// Which time may delete: what has gone by, not what the clock says for a moment.

import { expect, it } from 'vitest';
import { look, type SteadyState } from '../../src/store/steady.ts';
import { DAY_MS, NOW } from './support/model.ts';

const HOUR_MS = DAY_MS / 24;
const at = (believedMs: number): SteadyState => ({ believedMs, jump: null });

/** Looks every hour, the clock going on from `fromMs`. */
function hours(state: SteadyState, fromMs: number, count: number) {
  let seen = look(state, fromMs, 0);
  for (let n = 1; n <= count; n++) seen = look(seen.state, fromMs + n * HOUR_MS, HOUR_MS);
  return seen;
}

it('an hour, a day and a weekend later it is believed at once', () => {
  for (const later of [HOUR_MS, DAY_MS, 2 * DAY_MS]) {
    expect(look(at(NOW), NOW + later, HOUR_MS)).toMatchObject({
      steadyMs: NOW + later,
      aheadMs: null,
    });
  }
});

it('a jump is believed when the clock has gone on from there for a day, and not before', () => {
  const AHEAD = 30 * DAY_MS;
  expect(hours(at(NOW), NOW + AHEAD, 23)).toMatchObject({ steadyMs: NOW });
  expect(hours(at(NOW), NOW + AHEAD, 24)).toMatchObject({
    steadyMs: NOW + AHEAD + DAY_MS,
    aheadMs: null,
  });
});

it('a clock that jumps again begins its day again', () => {
  const first = hours(at(NOW), NOW + 30 * DAY_MS, 20);
  expect(hours(first.state, NOW + 400 * DAY_MS, 23)).toMatchObject({ steadyMs: NOW });
});

it('a jump back counts at once, and what was believed in error is forgotten', () => {
  const back = look(at(NOW + 400 * DAY_MS), NOW, HOUR_MS);
  expect(back).toMatchObject({ steadyMs: NOW, aheadMs: null, state: at(NOW) });
});

it('restarts do not make a day of an hour', () => {
  let { state } = look(at(NOW), NOW + 30 * DAY_MS, 0);
  // Each process looks once and ends: it has seen nothing go by.
  for (let n = 1; n < 100; n++) state = look(state, NOW + 30 * DAY_MS + n * HOUR_MS, 0).state;
  expect(state.believedMs).toBe(NOW);
});
