// What was counted at all, and what became of it?

import type { Counted, RecordSummary } from '../../../schema/src/summary';
import { ListCard } from '../parts/list-card';

const sumOf = (items: readonly Counted[]): number =>
  items.reduce((sum, { count }) => sum + count, 0);

/** What was sent from this machine, what waits, and what was dropped, and why. */
export function Outcomes({ record }: { record: RecordSummary | undefined }) {
  if (!record) return null;
  const items = [
    { name: 'Delivered', count: record.delivered },
    { name: 'Waiting', count: record.waiting },
    { name: 'Local only', count: record.local },
    ...record.reasons.map(({ why, count }) => ({ name: `Dropped: ${why}`, count })),
    { name: 'Unknown', count: record.unknown },
  ]
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
  return (
    <ListCard
      id="record"
      title="What became of the events"
      question="What was sent from this machine, what waits, and what was dropped?"
      label="Outcome"
      unit="Events"
      items={items}
      all={sumOf(items)}
    />
  );
}

/** Events by their kind. */
export function Events({ list }: { list: readonly Counted[] }) {
  if (list.length === 0) return null;
  return (
    <ListCard
      id="events"
      title="Events"
      question="What happens?"
      label="Event"
      unit="Events"
      items={list}
      all={sumOf(list)}
    />
  );
}
