// What a store should say: a list of events, counted anew for every question.

import { createHash } from 'node:crypto';
import type { Event } from '../../../src/event.ts';
import type { Range } from '../../../src/store/numbers.ts';
import {
  dayOf,
  firstDayOfMonth,
  firstDayOfWeek,
  isoDay,
  monthOfDay,
  weekOfDay,
} from '../../../src/store/periods.ts';

export const DAY_MS = 86_400_000;
/** The moment that histories go on in. */
export const NOW = Date.parse('2026-11-28T12:00:00Z');

let made = 0;

/** An event that passed the gate. Its uuid is new each time. */
export function eventOf(extra: Partial<Event> = {}): Event {
  made++;
  return {
    uuid: createHash('md5').update(`event ${made}`).digest(),
    name: 'command_executed',
    distinctId: 'ann',
    timeMs: NOW,
    rest: '{}',
    ...extra,
  };
}

const uuidOf = ({ uuid }: Event): string => uuid.toString('hex');

/** The events of one project. */
export class Model {
  events: Event[] = [];

  /** Adds what is new. Which of them are? */
  append(events: readonly Event[]): boolean[] {
    return events.map((event) => {
      if (this.events.some((each) => uuidOf(each) === uuidOf(event))) return false;
      this.events.push(event);
      return true;
    });
  }

  forget(distinctId: string): number {
    return this.drop((event) => event.distinctId === distinctId);
  }

  remove(uuid: Buffer): number {
    return this.drop((event) => event.uuid.equals(uuid));
  }

  get uuids(): string[] {
    return this.events.map(uuidOf).sort();
  }

  /** What a summary says of a range, as far as it is counted. */
  count({ fromDay, toDay }: Range) {
    const inRange = this.events.filter(({ timeMs }) => within(dayOf(timeMs), fromDay, toDay));
    const commands = inRange.filter((each) => each.command !== undefined && !each.errorType);
    const firstDays = new Map<string, number>();
    for (const { distinctId, timeMs } of this.events) {
      const day = dayOf(timeMs);
      firstDays.set(distinctId, Math.min(firstDays.get(distinctId) ?? day, day));
    }
    const periods = (periodOf: (day: number) => number, startOf: (period: number) => number) => {
      const ids = new Map<number, Set<string>>();
      for (const { timeMs, distinctId } of this.events) {
        const period = periodOf(dayOf(timeMs));
        if (!within(period, periodOf(fromDay), periodOf(toDay))) continue;
        ids.set(period, (ids.get(period) ?? new Set()).add(distinctId));
      }
      return [...ids]
        .sort(([a], [b]) => a - b)
        .map(([period, set]) => ({ start: isoDay(startOf(period)), ids: set.size }));
    };
    return {
      totals: {
        events: inRange.length,
        active_ids: new Set(inRange.map(({ distinctId }) => distinctId)).size,
        installations: [...firstDays.values()].filter((day) => day <= toDay).length,
        new_ids: [...firstDays.values()].filter((day) => within(day, fromDay, toDay)).length,
        commands: commands.length,
        failures: commands.filter(({ success }) => success === false).length,
        errors: inRange.filter(({ errorType }) => errorType !== undefined).length,
      },
      active: {
        day: periods(
          (day) => day,
          (day) => day,
        ),
        week: periods(weekOfDay, firstDayOfWeek),
        month: periods(monthOfDay, firstDayOfMonth),
      },
      events: tally(inRange.map(({ name }) => name)),
      services: tally(inRange.flatMap(({ service }) => (service === undefined ? [] : [service]))),
      os: tally(inRange.flatMap(({ os }) => (os === undefined ? [] : [os]))),
    };
  }

  private drop(isGone: (event: Event) => boolean): number {
    const before = this.events.length;
    this.events = this.events.filter((event) => !isGone(event));
    return before - this.events.length;
  }
}

const within = (value: number, from: number, to: number): boolean => value >= from && value <= to;

/** How often each name is there, by name. */
export function tally(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of [...names].sort()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** The same of a list of counted names. */
export const tallied = (list: readonly { name: string; count: number }[]): Record<string, number> =>
  Object.fromEntries(
    list.map(({ name, count }) => [name, count] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
