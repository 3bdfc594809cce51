// CSV as RFC 4180 has it, and safe to open in a spreadsheet.

// A spreadsheet runs such a text as a formula, also behind spaces, and in full-width characters.
// https://owasp.org/www-community/attacks/CSV_Injection
const FORMULA = /^[\s"']*[=+\-@\uff0b\uff0d\uff1d\uff20]|^[\t\r\n]/;
const NEEDS_QUOTES = /[",;\t\r\n]|^\s|\s$/;

function field(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const given = typeof value === 'string' ? value : JSON.stringify(value);
  // The apostrophe says: this is text. Spreadsheets do not show it.
  const text = FORMULA.test(given) ? `'${given}` : given;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One line, its end included. What is null or undefined is an empty field. */
export function csvLine(values: readonly unknown[]): string {
  return `${values.map(field).join(',')}\r\n`;
}
