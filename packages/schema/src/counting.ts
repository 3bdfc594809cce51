// How summaries count, whoever makes them: order, length and shares of their lists.

import type { Counted, Use } from './summary.ts';

/** Rows of a list; what comes after them is in the exports. */
export const TOP = 50;

/** The most frequent first; of equals, by name. */
export const byCount = (a: Counted, b: Counted): number =>
  b.count - a.count || (a.name < b.name ? -1 : 1);

/** Four digits of a share are enough, and compare well in tests. */
export const share = (part: number, whole: number): number =>
  whole === 0 ? 0 : Math.round((part / whole) * 10_000) / 10_000;

/** How often an event of one service or override happened. */
export interface UseCount extends Counted {
  readonly event: string;
}

/** Services or overrides, with each of their events less its `prefix`, the most frequent first. */
export function usesOf(counts: Iterable<UseCount>, prefix: string): Use[] {
  const uses = new Map<string, { name: string; count: number; events: Map<string, number> }>();
  for (const { name, event, count } of counts) {
    const use = uses.get(name) ?? { name, count: 0, events: new Map() };
    const short = event.startsWith(prefix) ? event.slice(prefix.length) : event;
    use.count += count;
    use.events.set(short, (use.events.get(short) ?? 0) + count);
    uses.set(name, use);
  }
  return [...uses.values()]
    .sort(byCount)
    .slice(0, TOP)
    .map(({ name, count, events }) => ({ name, count, events: Object.fromEntries(events) }));
}
