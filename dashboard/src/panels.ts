// Which panels a summary fills: a part that it does not have is not shown.

import { BARS, type Colour, daysBetween, type Panel, type Series, type Value } from './panel';
import type { Command, Counted, Shared, Summary, Use } from './summary';

const COLOURS: readonly Colour[] = ['a', 'b', 'c', 'd'];

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

function commands(list: readonly Command[]): Panel[] {
  if (list.length === 0) return [];
  const shown = list.slice(0, BARS);
  const columns = ['Command', 'Runs', 'Failed', 'Failure rate', 'Median', '95 % within'];
  const units = [undefined, undefined, undefined, 'percent', 'ms', 'ms'] as const;
  const rows = list.map((each): Value[] => [
    each.name,
    each.count,
    each.failures,
    each.failure_rate,
    each.median_ms,
    each.p95_ms,
  ]);
  const timed = list.filter(({ median_ms }) => median_ms !== null).slice(0, BARS);
  const panels: Panel[] = [
    {
      id: 'commands',
      title: 'Commands run most',
      question: 'What do people do, and how often does it fail?',
      kind: 'rank',
      isStacked: true,
      unit: 'count',
      labels: shown.map(({ name }) => name),
      series: [
        {
          name: 'Succeeded',
          colour: 'a',
          values: shown.map(({ count, failures }) => count - failures),
        },
        { name: 'Failed', colour: 'bad', values: shown.map(({ failures }) => failures) },
      ],
      columns,
      units,
      rows,
    },
    {
      id: 'durations',
      title: 'How long commands take',
      question: 'Which commands make people wait?',
      kind: 'rank',
      unit: 'ms',
      labels: timed.map(({ name }) => name),
      series: [
        { name: 'Median', colour: 'a', values: timed.map(({ median_ms }) => median_ms) },
        { name: '95 % within', colour: 'b', values: timed.map(({ p95_ms }) => p95_ms) },
      ],
      columns,
      units,
      rows,
    },
  ];
  return timed.length > 0 ? panels : panels.slice(0, 1);
}

function errors(list: Summary['errors']): Panel[] {
  if (list.length === 0) return [];
  const totals = new Map<string, number>();
  for (const { command, count } of list) {
    const name = command ?? '(none)';
    totals.set(name, (totals.get(name) ?? 0) + count);
  }
  const names = [...totals].sort((a, b) => b[1] - a[1]).map(([name]) => name);
  const shown = names.slice(0, BARS);
  const types = [...new Set(list.map(({ type }) => type))].sort();
  const count = (name: string, type: string) =>
    list
      .filter((error) => (error.command ?? '(none)') === name && error.type === type)
      .reduce((sum, error) => sum + error.count, 0);
  const series = types.slice(0, COLOURS.length).map(
    (type, index): Series => ({
      name: type,
      colour: COLOURS[index]!,
      values: shown.map((name) => count(name, type)),
    }),
  );
  return [
    {
      id: 'errors',
      title: 'Errors by command and type',
      question: 'What goes wrong, and how?',
      kind: 'rank',
      isStacked: true,
      unit: 'count',
      labels: shown,
      series,
      columns: ['Command', ...types, 'all'],
      rows: names.map((name) => [
        name,
        ...types.map((type) => count(name, type)),
        totals.get(name)!,
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

/** Every day of the range with its number: a day that is not in a list had none. */
function everyDay(
  { from, to }: Summary,
  known: ReadonlyMap<string, number>,
): { start: string; ids: number }[] {
  if (!from || !to) return [];
  return daysBetween(from, to).map((day) => ({ start: day, ids: known.get(day) ?? 0 }));
}

function people(summary: Summary): Panel[] {
  const { active, adoption } = summary;
  const panels: Panel[] = [];
  const titles = { day: 'day', week: 'week', month: 'month' } as const;
  for (const [kind, word] of Object.entries(titles) as ['day' | 'week' | 'month', string][]) {
    const some = active?.[kind] ?? [];
    if (some.length === 0) continue;
    const known = new Map(some.map(({ start, ids }) => [start, ids]));
    const list = kind === 'day' ? everyDay(summary, known) : some;
    panels.push({
      id: `active-${kind}`,
      title: `Active ids by ${word}`,
      question: `How many take part each ${word}?`,
      kind: 'time',
      unit: 'count',
      labels: list.map(({ start }) => start),
      series: [{ name: 'Active ids', colour: 'a', values: list.map(({ ids }) => ids) }],
      columns: [`First day of the ${word}`, 'Active ids'],
      rows: list.map(({ start, ids }) => [start, ids]),
    });
  }
  if (adoption && adoption.length > 0) {
    const known = new Map(adoption.map(({ day, new_ids }) => [day, new_ids]));
    const list = everyDay(summary, known);
    panels.push({
      id: 'adoption',
      title: 'New ids by day',
      question: 'Do more people take part?',
      kind: 'time',
      unit: 'count',
      labels: list.map(({ start }) => start),
      series: [{ name: 'New ids', colour: 'c', values: list.map(({ ids }) => ids) }],
      columns: ['Day', 'New ids'],
      rows: list.map(({ start, ids }) => [start, ids]),
    });
  }
  return panels;
}

const SHARES: Readonly<Record<string, string>> = {
  os: 'Operating systems',
  node: 'Versions of Node',
  package_manager: 'Package managers',
  version: 'Versions of the shim',
  ci: 'In CI',
  scaffold: 'With a scaffold',
};

function shares(all: Readonly<Record<string, readonly Shared[]>> = {}): Panel[] {
  return Object.entries(all)
    .filter(([, list]) => list.length > 0)
    .map(([name, list]): Panel => {
      const shown = list.slice(0, BARS);
      return {
        id: `share-${name}`,
        title: SHARES[name] ?? name,
        question: 'Which share of the events has it?',
        kind: 'rank',
        unit: 'percent',
        labels: shown.map((each) => each.name),
        series: [{ name: 'Share', colour: 'a', values: shown.map((each) => each.share) }],
        columns: ['Value', 'Events', 'Share'],
        units: [undefined, undefined, 'percent'],
        rows: list.map((each) => [each.name, each.count, each.share]),
      };
    });
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
  const installs = Object.entries(summary.installs ?? {}).map(([name, count]) => ({ name, count }));
  return [
    ...activity(summary),
    ...people(summary),
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
    ...shares(summary.shares),
    ...counted('installs', 'Installations', 'Do installations come to their end?', installs),
  ];
}
