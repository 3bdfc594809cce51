// Chooses how long the intervals of a chart are, of those that suit the range.

import { useState } from 'preact/hooks';
import type { Interval } from '../../../schema/src/question';
import { intervalsOf } from '../app/range';
import { useScope } from '../app/scope';
import { Switch } from './switch';

const INTERVALS: Record<Interval, string> = {
  hour: 'Hours',
  day: 'Days',
  week: 'Weeks',
  month: 'Months',
};

/**
 * The intervals that a chart of the view may have: the one that is chosen, and what chooses it. `isSparse`:
 * a day has few of them, and of two months and more it has weeks to begin with, where others have days.
 */
export function useInterval(title: string, isSparse = false) {
  const { period } = useScope();
  const [chosen, setChosen] = useState<Interval>();
  const offered = intervalsOf(period);
  const own =
    isSparse && period.interval === 'day' && offered.includes('month') ? 'week' : undefined;
  const interval = chosen && offered.includes(chosen) ? chosen : (own ?? period.interval);
  const choices = Object.fromEntries(offered.map((each) => [each, INTERVALS[each]]));
  const tool = offered.length > 1 && (
    <Switch
      label={`${title}: a point is`}
      choices={choices as Record<Interval, string>}
      value={interval}
      change={setChosen}
    />
  );
  return { interval, tool };
}
