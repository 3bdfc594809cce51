// What do people do, how often does it succeed, and what makes them wait?

import type { CommandSummary, Summary } from '../../../schema/src/summary';
import { percent } from '../format';
import { Card } from '../parts/card';
import { Durations } from '../parts/durations';
import { ListCard } from '../parts/list-card';
import type { Table } from '../parts/listed';

const SHOWN = 10;

/** The share of successes among the runs that ended; null where none did. */
const successOf = ({ count, interrupted = 0, failure_rate }: CommandSummary): number | null =>
  count > interrupted ? 1 - failure_rate : null;

/** All that is known of each command. */
export function numbersOf(list: readonly CommandSummary[]): Table {
  const hasInterrupted = list.some(({ interrupted }) => interrupted);
  return {
    columns: [
      'Command',
      'Runs',
      'Failed',
      ...(hasInterrupted ? ['Interrupted'] : []),
      'Success',
      'Median',
      'p95',
    ],
    units: [
      undefined,
      undefined,
      undefined,
      ...(hasInterrupted ? [undefined] : []),
      'percent',
      'ms',
      'ms',
    ],
    rows: list.map((each) => [
      each.name,
      each.count,
      each.failures,
      ...(hasInterrupted ? [each.interrupted ?? 0] : []),
      successOf(each),
      each.median_ms,
      each.p95_ms,
    ]),
  };
}

/** How often each command is run, and succeeds. */
export function Commands({ summary: { commands, totals } }: { summary: Summary }) {
  if (commands.length === 0) return null;
  return (
    <ListCard
      id="commands"
      title="Commands"
      question="What do people do, and how often does it succeed?"
      label="Command"
      unit="Runs"
      extra="Success"
      items={commands.map((each) => {
        const success = successOf(each);
        return {
          name: each.name,
          count: each.count,
          ...(success !== null && { extra: percent(success) }),
        };
      })}
      all={totals.commands}
      numbers={numbersOf(commands)}
    />
  );
}

/** How long they take. */
export function CommandDurations({ list }: { list: readonly CommandSummary[] }) {
  const rows = list
    .flatMap(({ name, median_ms, p95_ms }) =>
      median_ms === null || p95_ms === null ? [] : [{ name, median: median_ms, p95: p95_ms }],
    )
    .slice(0, SHOWN);
  if (rows.length === 0) return null;
  return (
    <Card id="durations" title="Durations" question="Which command makes people wait?">
      <Durations label="Command" title="Durations" rows={rows} />
    </Card>
  );
}
