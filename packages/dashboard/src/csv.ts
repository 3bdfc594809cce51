// A panel's table as a file for a spreadsheet.

import { element } from './dom';
import type { Panel, Value } from './panel';

// A spreadsheet would run such a text as a formula.
const FORMULA = /^[\s"']*[=+\-@\uff0b\uff0d\uff1d\uff20]|^[\t\r\n]/;

function field(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",;\s]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The table as CSV (RFC 4180). */
export function csvOf({ columns, rows }: Pick<Panel, 'columns' | 'rows'>): string {
  return [columns, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
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
