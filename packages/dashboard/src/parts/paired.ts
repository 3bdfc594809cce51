// Two periods along one axis. Each interval stands against the one at the same place in the other period:
// the third week against the third week, the 30th against nothing where there are 28 days.

import type { Interval } from '../../../schema/src/question';
import { endOf } from './intervals';

interface Span {
  readonly from: number;
  readonly to: number;
}

interface Times extends Span {
  /** Starts of its intervals; the first may lie before `from`. */
  readonly starts: readonly number[];
}

/** A clock that is changed makes a day an hour shorter or longer. */
const CLOCK_MS = 2 * 3_600_000;

/**
 * For each interval of a period the place of its counterpart in the other; undefined: there is none, or
 * only one of both is cut by the edge of its period, so that their numbers are not of as much time.
 */
export function pairsOf(
  { starts, ...own }: Times,
  other: Times,
  interval: Interval,
  zone: string,
): readonly (number | undefined)[] {
  const within = (start: number, { from, to }: Span) => {
    const end = endOf(start, interval, zone);
    const first = Math.max(start, from);
    const last = Math.min(end, to);
    return { first, last, isWhole: first === start && last === end };
  };
  return starts.map((start) => {
    const mine = within(start, own);
    const middle = (mine.first + mine.last) / 2 - own.from + other.from;
    if (middle >= other.to) return undefined;
    const at = other.starts.findLastIndex((each) => each <= middle);
    if (at < 0) return undefined;
    const theirs = within(other.starts[at]!, other);
    if (mine.isWhole && theirs.isWhole) return at;
    const differMs = Math.abs(mine.last - mine.first - (theirs.last - theirs.first));
    return differMs <= CLOCK_MS ? at : undefined;
  });
}
