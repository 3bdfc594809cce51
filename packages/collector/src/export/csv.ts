// CSV: breakdown columns each for themselves, everything else as JSON in the last one.

import type { Event } from '../event.ts';
import { formatUuid } from '../gate/uuid.ts';

export const CSV_COLUMNS = [
  'uuid',
  'event',
  'distinct_id',
  'timestamp',
  'service_name',
  'override_name',
  'command',
  'success',
  'duration_ms',
  'error_type',
  'has_scaffold',
  'os',
  'node_version',
  'package_manager',
  'shim_version',
  'ci',
  'properties',
];

/** The values of an event, in the order of the columns. */
export function csvValues(event: Event): unknown[] {
  return [
    formatUuid(event.uuid),
    event.name,
    event.distinctId,
    new Date(event.timeMs).toISOString(),
    event.service,
    event.override,
    event.command,
    event.success,
    event.durationMs,
    event.errorType,
    event.hasScaffold,
    event.os,
    event.node,
    event.packageManager,
    event.version,
    event.ci,
    event.rest,
  ];
}

// A spreadsheet runs such a text as a formula, also behind spaces, and in full-width characters.
// https://owasp.org/www-community/attacks/CSV_Injection
const FORMULA = /^[\s"']*[=+\-@\uff0b\uff0d\uff1d\uff20]|^[\t\r\n]/;
const NEEDS_QUOTES = /[",;\t\r\n]|^\s|\s$/;

/** One line. A text that a spreadsheet would run as a formula gets an apostrophe before it. */
export function csvLine(values: readonly unknown[]): string {
  return `${values.map(cell).join(',')}\r\n`;
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const given = typeof value === 'string' ? value : JSON.stringify(value);
  const text = FORMULA.test(given) ? `'${given}` : given;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
