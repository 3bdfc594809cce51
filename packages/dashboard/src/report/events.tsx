// What was counted at all, and what became of it?

import type { Counted, RecordSummary } from '../../../schema/src/summary';
import { Card } from '../parts/card';
import { Listed } from '../parts/listed';

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
    <Card
      id="record"
      title="What became of the events"
      question="What was sent from this machine, what waits, and what was dropped?"
    >
      <Listed
        id="record"
        title="What became of the events"
        label="Outcome"
        unit="Events"
        items={items}
        all={items.reduce((sum, { count }) => sum + count, 0)}
      />
    </Card>
  );
}

/** Events by their kind. */
export function Events({ list }: { list: readonly Counted[] }) {
  if (list.length === 0) return null;
  return (
    <Card id="events" title="Events" question="What happens?">
      <Listed
        id="events"
        title="Events"
        label="Event"
        unit="Events"
        items={list}
        all={list.reduce((sum, { count }) => sum + count, 0)}
      />
    </Card>
  );
}
