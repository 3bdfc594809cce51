// The numbers at the top.

import type { Summary } from '../../../schema/src/summary';
import { format, type Unit } from '../format';
import { element } from './dom';

/** Shows the totals that a summary has. */
export function showTotals(list: HTMLElement, { totals, record, waiting, dropped }: Summary): void {
  const rows: [name: string, value: number | undefined, unit?: Unit][] = [
    ['Events', totals.events],
    ['Commands', totals.commands],
    ['Failed', totals.failure_rate, 'percent'],
    ['Errors', totals.errors],
    ['Waiting', record || waiting > 0 ? waiting : undefined],
    ['Dropped', record || dropped > 0 ? dropped : undefined],
    ['Damaged lines', record?.damaged || undefined],
  ];
  list.replaceChildren(
    ...rows
      .filter(([, value]) => value !== undefined)
      .map(([name, value, unit = 'count']) =>
        element('div', {}, element('dt', {}, name), element('dd', {}, format(value!, unit))),
      ),
  );
}
