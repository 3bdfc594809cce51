// When is it used, and do more commands fail than before?

import { useState } from 'preact/hooks';
import { type Grain, startOf, startsBetween } from '../../../schema/src/days';
import type { Interval } from '../../../schema/src/question';
import type { Summary } from '../../../schema/src/summary';
import { Card } from '../parts/card';
import { intervalOf } from '../parts/intervals';
import { type Line, Series } from '../parts/series';
import { Switch } from '../parts/switch';

/** More points than this nobody tells apart: so many months only a wrong clock makes. */
const MOST = 10_000;

type What = 'commands' | 'events';
const CHOICES: Record<What, string> = { commands: 'Commands', events: 'Events' };

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const msOf = (day: string): number => Date.parse(`${day}T00:00Z`);

/** A moment as the clock on the wall shows it: charts place days as if all were of UTC. */
function wallMs(iso: string): number {
  const at = new Date(iso);
  return Date.UTC(at.getFullYear(), at.getMonth(), at.getDate(), at.getHours(), at.getMinutes());
}

const nothingYet = () => ({ events: 0, commands: 0, failures: 0 });

interface Periods {
  readonly interval: Interval;
  /** In ms. */
  readonly starts: readonly number[];
  readonly sums: readonly ReturnType<typeof nothingYet>[];
}

/** The hours of the only day. */
function hoursOf(day: string, hours: NonNullable<Summary['hours']>): Periods {
  const starts = Array.from({ length: DAY_MS / HOUR_MS }, (_, hour) => msOf(day) + hour * HOUR_MS);
  const known = new Map(hours.map((each) => [Date.parse(`${each.hour}:00Z`), each]));
  return { interval: 'hour', starts, sums: starts.map((at) => known.get(at) ?? nothingYet()) };
}

/** The days in periods of which there are not too many. */
function periodsOf({ activity, hours }: Summary): Periods {
  const [first, last] = [activity[0]!.day, activity.at(-1)!.day];
  if (first === last && hours) return hoursOf(first, hours);
  const interval = intervalOf(Math.max(2, (msOf(last) - msOf(first)) / DAY_MS + 1)) as Grain &
    Interval;
  const starts = startsBetween(first, last, interval, MOST);
  const sums = new Map(starts.map((start) => [start, nothingYet()]));
  for (const { day, events, commands, failures } of activity) {
    const sum = sums.get(startOf(day, interval));
    if (!sum) continue;
    sum.events += events;
    sum.commands += commands;
    sum.failures += failures;
  }
  return { interval, starts: starts.map(msOf), sums: [...sums.values()] };
}

/** The panel. */
export function Activity({ summary }: { summary: Summary }) {
  const hasCommands = summary.totals.commands > 0;
  const [what, setWhat] = useState<What>(hasCommands ? 'commands' : 'events');
  if (summary.activity.length === 0) return null;
  const { interval, starts, sums } = periodsOf(summary);
  const lines: Line[] = [
    { name: CHOICES[what], colour: 'a', values: sums.map((sum) => sum[what]) },
  ];
  if (what === 'commands') {
    lines.push({ name: 'Failed', colour: 'bad', values: sums.map(({ failures }) => failures) });
  }
  const title = `${CHOICES[what]} by ${interval}`;
  return (
    <Card
      id="activity"
      title={title}
      question="When is it used, and does more fail than before?"
      isWide
      tools={
        hasCommands && (
          <Switch label="What is counted" choices={CHOICES} value={what} change={setWhat} />
        )
      }
    >
      <Series
        {...{ title, interval, starts, lines }}
        zone="UTC"
        nowMs={wallMs(summary.generated_at)}
      />
    </Card>
  );
}
