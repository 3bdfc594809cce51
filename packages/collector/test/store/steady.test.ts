// Which time may delete: what has gone by, not what the clock says for a moment.

import { describe, expect, it } from 'vitest';
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

describe('a collector that was stopped', () => {
  const up = (upMs: number, boot = 'one') => ({ boot, upMs });
  const stopped: SteadyState = { ...at(NOW), uptime: up(HOUR_MS) };

  it('is told by the machine how long: a week later it is believed at once', () => {
    expect(look(stopped, NOW + 7 * DAY_MS, 0, up(HOUR_MS + 7 * DAY_MS))).toMatchObject({
      steadyMs: NOW + 7 * DAY_MS,
      aheadMs: null,
    });
    // Also when it was not stopped, but the machine slept.
    expect(look(stopped, NOW + 7 * DAY_MS, HOUR_MS, up(HOUR_MS + 7 * DAY_MS)).aheadMs).toBeNull();
  });

  it('for an hour, and finds the clock a week ahead: that is strange', () => {
    expect(look(stopped, NOW + 7 * DAY_MS, 0, up(2 * HOUR_MS))).toMatchObject({
      steadyMs: NOW,
      isStrange: true,
    });
  });

  it.each([
    ['another start of the machine', up(HOUR_MS, 'two')],
    ['a machine that does not say', { boot: undefined, upMs: 9 * HOUR_MS }],
    ['an uptime that went back', up(0)],
  ])('%s: nothing is deleted for a day, and no alarm is raised', (_name, uptime) => {
    let seen = look(stopped, NOW + 7 * DAY_MS, 0, uptime);
    for (let n = 1; n < 24; n++) {
      expect(seen).toMatchObject({ steadyMs: NOW, isStrange: false });
      const { upMs } = uptime;
      const later = { ...uptime, upMs: upMs + n * HOUR_MS };
      seen = look(seen.state, NOW + 7 * DAY_MS + n * HOUR_MS, HOUR_MS, later);
    }
    const last = { ...uptime, upMs: uptime.upMs + DAY_MS };
    expect(look(seen.state, NOW + 8 * DAY_MS, HOUR_MS, last)).toMatchObject({
      steadyMs: NOW + 8 * DAY_MS,
      aheadMs: null,
    });
  });

  it('for longer than machines are off, by the clock of another start: that is strange', () => {
    expect(look(stopped, NOW + 400 * DAY_MS, 0, up(HOUR_MS, 'two'))).toMatchObject({
      steadyMs: NOW,
      isStrange: true,
    });
  });
});
