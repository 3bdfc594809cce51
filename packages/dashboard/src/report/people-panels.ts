// The panels that only a collector can fill: how many take part, and what they have.

import { BREAKDOWNS } from '../../../schema/src/breakdowns';
import type { Shared, Summary } from '../../../schema/src/summary';
import { BARS, daysBetween, type Panel } from './panel';

/** Every day of the range with its number: a day that is not in a list had none. */
function everyDay(
  { from, to }: Summary,
  known: ReadonlyMap<string, number>,
): { start: string; ids: number }[] {
  if (!from || !to) return [];
  return daysBetween(from, to).map((day) => ({ start: day, ids: known.get(day) ?? 0 }));
}

/** How many take part, and how many are new. */
export function people(summary: Summary): Panel[] {
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

/** What a list of shares is called. */
const LABELS = new Map(BREAKDOWNS.map(({ breakdown, label }) => [breakdown.list, label]));

/** Which systems and versions there are. */
export function shares(all: Readonly<Record<string, readonly Shared[]>> = {}): Panel[] {
  return Object.entries(all)
    .filter(([, list]) => list.length > 0)
    .map(([name, list]): Panel => {
      const shown = list.slice(0, BARS);
      return {
        id: `share-${name}`,
        title: LABELS.get(name) ?? name,
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
