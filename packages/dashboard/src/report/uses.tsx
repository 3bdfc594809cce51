// Which services and overrides are used: enabled, started, or anything at all.

import { useState } from 'preact/hooks';
import type { Use } from '../../../schema/src/summary';
import { ListCard } from '../parts/list-card';
import { Switch } from '../parts/switch';

/** What may be counted, in this order, where it happened. */
const CHOICES = { all: 'All', enabled: 'Enabled', started: 'Started' } as const;
type What = keyof typeof CHOICES;

interface UsesProps {
  readonly id: string;
  readonly title: string;
  readonly label: string;
  readonly list: readonly Use[];
}

const headOf = (event: string) => `${event.charAt(0).toUpperCase()}${event.slice(1)}`;

function Uses({ id, title, label, list }: UsesProps) {
  const [what, setWhat] = useState<What>('all');
  if (list.length === 0) return null;
  // Each event that any of them has, those that can be chosen first.
  const kinds = [...new Set(list.flatMap(({ events }) => Object.keys(events)))].sort(
    (a, b) => Number(b in CHOICES) - Number(a in CHOICES) || (a < b ? -1 : 1),
  );
  const choices = Object.fromEntries(
    Object.entries(CHOICES).filter(([key]) => key === 'all' || kinds.includes(key)),
  ) as Record<What, string>;
  const items = list
    .map(({ name, count, events }) => ({
      name,
      count: what === 'all' ? count : (events[what] ?? 0),
    }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
  return (
    <ListCard
      {...{ id, title, label, items }}
      question={`Which ${title.toLowerCase()} are worth the most care?`}
      tools={
        // With one kind of event, all of them are that.
        kinds.length > 1 && (
          <Switch label={`${title}: what counts`} {...{ choices }} value={what} change={setWhat} />
        )
      }
      unit="Events"
      all={items.reduce((sum, { count }) => sum + count, 0)}
      numbers={{
        columns: [label, ...kinds.map(headOf), 'All'],
        rows: list.map(({ name, count, events }) => [
          name,
          ...kinds.map((kind) => events[kind] ?? 0),
          count,
        ]),
      }}
    />
  );
}

export const Services = ({ list }: { list: readonly Use[] }) => (
  <Uses id="services" title="Services" label="Service" list={list} />
);

export const Overrides = ({ list }: { list: readonly Use[] }) => (
  <Uses id="overrides" title="Overrides" label="Override" list={list} />
);
