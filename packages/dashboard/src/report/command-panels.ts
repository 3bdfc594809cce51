// The panels about commands: how often, how long, what goes wrong.

import type { CommandSummary, Summary } from '../../../schema/src/summary';
import { BARS, type Colour, type Panel, type Series, type Value } from './panel';

const COLOURS: readonly Colour[] = ['a', 'b', 'c', 'd'];

/** How often commands are run and fail, and how long they take. */
export function commands(list: readonly CommandSummary[]): Panel[] {
  if (list.length === 0) return [];
  const shown = list.slice(0, BARS);
  const columns = ['Command', 'Runs', 'Failed', 'Failure rate', 'Median', 'p95'];
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
          values: shown.map(
            ({ count, failures, interrupted = 0 }) => count - failures - interrupted,
          ),
        },
        { name: 'Failed', colour: 'bad', values: shown.map(({ failures }) => failures) },
        ...(shown.some(({ interrupted }) => interrupted)
          ? [
              {
                name: 'Interrupted',
                colour: 'c' as const,
                values: shown.map(({ interrupted = 0 }) => interrupted),
              },
            ]
          : []),
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
        { name: 'p95', colour: 'b', values: timed.map(({ p95_ms }) => p95_ms) },
      ],
      columns,
      units,
      rows,
    },
  ];
  return timed.length > 0 ? panels : panels.slice(0, 1);
}

/** What goes wrong. */
export function errors(list: Summary['errors']): Panel[] {
  if (list.length === 0) return [];
  const totals = new Map<string, number>();
  for (const { command, count } of list) {
    const name = command ?? '(none)';
    totals.set(name, (totals.get(name) ?? 0) + count);
  }
  const names = [...totals].sort((a, b) => b[1] - a[1]).map(([name]) => name);
  const shown = names.slice(0, BARS);
  const ofType = new Map<string, number>();
  for (const { type, count } of list) ofType.set(type, (ofType.get(type) ?? 0) + count);
  const types = [...ofType].sort((a, b) => b[1] - a[1]).map(([type]) => type);
  const count = (name: string, type: string) =>
    list
      .filter((error) => (error.command ?? '(none)') === name && error.type === type)
      .reduce((sum, error) => sum + error.count, 0);
  // As many as there are colours: with more, the last one is for all the rest.
  const own = types.length <= COLOURS.length ? types : types.slice(0, COLOURS.length - 1);
  const rest = types.slice(own.length);
  const series = own.map(
    (type, index): Series => ({
      name: type,
      colour: COLOURS[index]!,
      values: shown.map((name) => count(name, type)),
    }),
  );
  if (rest.length > 0) {
    series.push({
      name: `${rest.length} others`,
      colour: COLOURS.at(-1)!,
      values: shown.map((name) => rest.reduce((sum, type) => sum + count(name, type), 0)),
    });
  }
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
