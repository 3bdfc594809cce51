// CSV as RFC 4180 has it, and safe to open in a spreadsheet.

import type { Cell } from './columns';

// A spreadsheet runs such a text as a formula, also behind spaces, and in full-width characters.
// https://owasp.org/www-community/attacks/CSV_Injection
const FORMULA = /^[\s"']*[=+\-@\uff0b\uff0d\uff1d\uff20]|^[\t\r\n]/;
const NEEDS_QUOTES = /[",;\t\r\n]|^\s|\s$/;

function field(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number' || typeof cell === 'boolean') return String(cell);
  const given = typeof cell === 'string' ? cell : JSON.stringify(cell);
  // The apostrophe says: this is text. Spreadsheets do not show it.
  const text = FORMULA.test(given) ? `'${given}` : given;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One line, its end included. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(field).join(',')}\r\n`;
}
