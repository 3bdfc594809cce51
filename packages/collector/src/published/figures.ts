// What is published of a month: how many ids there were, and how many had each value of a column; nothing
// that is finer. Every number is rounded down to tens, and below ten there is none.
//
// Why tens: whoever subtracts numbers from each other, and knows that one group is within the other, learns
// how many at most are in the first alone. With steps of s that is s - 1 at least, however many numbers are
// put together: with tens never fewer than nine, with fives four, which is fewer than five.
// test/published/attacker.test.ts does it.

import { PUBLIC_LIST, PUBLIC_STEP } from '../limits.ts';
import type { Figures } from '../store/published.ts';

/** How many ids a month had, exactly, and how many had each value of each column. Not for publishing. */
export interface ExactCounts {
  readonly ids: number;
  /** By name of the list. */
  readonly lists: Readonly<
    Record<string, readonly { readonly name: string; readonly ids: number }[]>
  >;
}

/** Rounds exact counts for everybody to see. `step` is another one only in tests. */
export function publish({ ids, lists }: ExactCounts, step = PUBLIC_STEP): Figures {
  const rounded = (exact: number): number => Math.floor(exact / step) * step;
  const published = Object.entries(lists).map(([list, values]) => [
    list,
    values
      .map(({ name, ids: exact }) => ({ name, ids: rounded(exact) }))
      .filter((value) => value.ids > 0)
      // By what is shown, not by what it was made of: the order must not say more than the numbers.
      .sort((a, b) => b.ids - a.ids || (a.name < b.name ? -1 : 1))
      .slice(0, PUBLIC_LIST),
  ]);
  return { ids: rounded(ids) || null, lists: Object.fromEntries(published) };
}
