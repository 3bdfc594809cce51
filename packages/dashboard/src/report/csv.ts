// A panel's table as a file for a spreadsheet.

import { csvLine } from '../../../schema/src/csv';
import { element } from './dom';
import type { Panel } from './panel';

/** The table as CSV. */
export function csvOf({ columns, rows }: Pick<Panel, 'columns' | 'rows'>): string {
  return [columns, ...rows].map(csvLine).join('');
}

/** Hands the table over as a file. */
export function download(panel: Panel): void {
  const url = URL.createObjectURL(new Blob([csvOf(panel)], { type: 'text/csv;charset=utf-8' }));
  const link = element('a', { href: url, download: `${panel.id}.csv` });
  document.body.append(link);
  link.click();
  link.remove();
  // The download has its own hold on it by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
