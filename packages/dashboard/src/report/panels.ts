// Which panels a summary fills: a part that it does not have is not shown.

import type { Counted, Summary, Use } from '../../../schema/src/summary';
import { commands, errors } from './command-panels';
import { BARS, type Colour, daysBetween, type Panel, type Series, type Value } from './panel';

function activity({ activity: list, from, to }: Summary): Panel[] {
  const first = from ?? list[0]?.day;
  const last = to ?? list.at(-1)?.day;
  if (!first || !last || list.length === 0) return [];
  const known = new Map(list.map((day) => [day.day, day]));
  const none = { events: 0, commands: 0, failures: 0 };
  const days = daysBetween(first, last).map((day) => ({ day, ...(known.get(day) ?? none) }));
  const of = (name: string, colour: Colour, key: keyof typeof none): Series => ({
    name,
    colour,
    values: days.map((day) => day[key]),
  });
  return [
    {
      id: 'activity',
      title: 'Activity by day',
      question: 'When is it used, and do more commands fail than before?',
      kind: 'time',
      isWide: true,
      unit: 'count',
      labels: days.map(({ day }) => day),
      series: [
        of('Events', 'a', 'events'),
        of('Commands', 'c', 'commands'),
        of('Failed commands', 'bad', 'failures'),
      ],
      columns: ['Day', 'Events', 'Commands', 'Failed commands'],
      rows: days.map(({ day, events, commands, failures }) => [day, events, commands, failures]),
    },
  ];
}

function uses(id: string, title: string, question: string, list: readonly Use[]): Panel[] {
  if (list.length === 0) return [];
  const sorted = [...list].sort(
    (a, b) => (b.events.enabled ?? 0) - (a.events.enabled ?? 0) || b.count - a.count,
  );
  const shown = sorted.slice(0, BARS);
  const kinds = [...new Set(list.flatMap(({ events }) => Object.keys(events)))].sort((a, b) =>
    a === 'enabled' ? -1 : b === 'enabled' ? 1 : a < b ? -1 : 1,
  );
  return [
    {
      id,
      title,
      question,
      kind: 'rank',
      unit: 'count',
      labels: shown.map(({ name }) => name),
      series: [
        { name: 'Enabled', colour: 'a', values: shown.map(({ events }) => events.enabled ?? 0) },
      ],
      columns: ['Name', ...kinds, 'all'],
      rows: sorted.map(({ name, events, count }) => [
        name,
        ...kinds.map((kind) => events[kind] ?? 0),
        count,
      ]),
    },
  ];
}

function record({ record: known }: Summary): Panel[] {
  if (!known) return [];
  const { local, waiting, delivered, dropped, unknown, reasons } = known;
  const fates = { 'Local only': local, Waiting: waiting, Delivered: delivered, Dropped: dropped };
  const pairs: [string, number][] = Object.entries(fates);
  if (unknown > 0) pairs.push(['Unknown', unknown]);
  return [
    {
      id: 'record',
      title: 'What became of the events',
      question: 'What was sent from this machine, what waits, and what was dropped?',
      kind: 'rank',
      unit: 'count',
      labels: pairs.map(([name]) => name),
      series: [{ name: 'Events', colour: 'a', values: pairs.map(([, count]) => count) }],
      columns: ['Outcome', 'Events'],
      rows: [...pairs, ...reasons.map(({ why, count }): Value[] => [`Dropped: ${why}`, count])],
    },
  ];
}

function counted(id: string, title: string, question: string, list: readonly Counted[]): Panel[] {
  if (list.every(({ count }) => count === 0)) return [];
  const shown = list.slice(0, BARS);
  return [
    {
      id,
      title,
      question,
      kind: 'rank',
      unit: 'count',
      labels: shown.map(({ name }) => name),
      series: [{ name: 'Events', colour: 'a', values: shown.map(({ count }) => count) }],
      columns: ['Name', 'Events'],
      rows: list.map(({ name, count }) => [name, count]),
    },
  ];
}

/** The panels, in the order of the page. */
export function panelsOf(summary: Summary): Panel[] {
  return [
    ...activity(summary),
    ...uses(
      'services',
      'Services enabled most',
      'Which services are worth the most care?',
      summary.services,
    ),
    ...uses(
      'overrides',
      'Overrides enabled most',
      'Which overrides are worth the most care?',
      summary.overrides,
    ),
    ...commands(summary.commands),
    ...errors(summary.errors),
    ...record(summary),
    ...counted('events', 'Events by kind', 'What was counted at all?', summary.events),
  ];
}
