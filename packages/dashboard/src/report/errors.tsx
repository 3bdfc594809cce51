// What goes wrong? Errors by their type, or by the command that they happened in.

import { useState } from 'preact/hooks';
import type { ErrorSummary, Summary } from '../../../schema/src/summary';
import { ListCard } from '../parts/list-card';
import type { Item } from '../parts/listed';
import { Switch } from '../parts/switch';

type By = 'type' | 'command';
const CHOICES: Record<By, string> = { type: 'Types', command: 'Commands' };
const LABELS: Record<By, string> = { type: 'Error', command: 'Command' };

const commandOf = ({ command }: ErrorSummary): string => command ?? '(none)';

/** The errors added up by one of the two, the most frequent first. */
export function errorsBy(list: readonly ErrorSummary[], by: By): Item[] {
  const counts = new Map<string, number>();
  for (const error of list) {
    const name = by === 'type' ? error.type : commandOf(error);
    counts.set(name, (counts.get(name) ?? 0) + error.count);
  }
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}

/** The panel. */
export function Errors({ summary: { errors, totals } }: { summary: Summary }) {
  const [by, setBy] = useState<By>('type');
  if (errors.length === 0) return null;
  return (
    <ListCard
      id="errors"
      title="Errors"
      question="What goes wrong, and how often?"
      tools={<Switch label="Errors by" choices={CHOICES} value={by} change={setBy} />}
      label={LABELS[by]}
      unit="Errors"
      items={errorsBy(errors, by)}
      all={totals.errors}
      hasOther
      numbers={{
        columns: ['Error', 'Command', 'Errors'],
        rows: errors.map((error) => [error.type, commandOf(error), error.count]),
      }}
    />
  );
}
