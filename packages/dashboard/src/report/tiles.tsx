// The numbers at the top.

import type { Summary } from '../../../schema/src/summary';
import type { Unit } from '../format';
import { Tile } from '../parts/tile';

/** The totals; those that say something only when they are not nothing, then. */
export function Tiles({ summary: { totals, record, waiting, dropped } }: { summary: Summary }) {
  const { interrupted = 0 } = totals as { interrupted?: number };
  const ended = totals.commands - interrupted;
  const tiles: [name: string, value: number | null, unit?: Unit][] = [
    ['Commands', totals.commands],
    ['Success rate', ended > 0 ? 1 - totals.failure_rate : null, 'percent'],
    ['Errors', totals.errors],
    ['Events', totals.events],
  ];
  if (interrupted > 0) tiles.splice(2, 0, ['Interrupted', interrupted]);
  if (waiting > 0) tiles.push(['Waiting to be sent', waiting]);
  if (dropped > 0) tiles.push(['Dropped', dropped]);
  if (record && record.damaged > 0) tiles.push(['Damaged lines', record.damaged]);
  return (
    <dl class="tiles" aria-label="Totals">
      {tiles.map(([name, value, unit = 'count']) => (
        <Tile key={name} {...{ name, value, unit }} />
      ))}
    </dl>
  );
}
