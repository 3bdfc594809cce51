// Which properties become columns. What is moved into a column is not kept a second time.

import type { Breakdown } from '../event.ts';
import { BREAKDOWN_CHARS } from '../limits.ts';

type Field = keyof Breakdown;
type Kind = 'text' | 'flag' | 'count';

interface Column {
  readonly field: Field;
  readonly kind: Kind;
  /** False: another library's name for it. The property stays where it is as well. */
  readonly own: boolean;
}

const column = (field: Field, kind: Kind, own = true): Column => ({ field, kind, own });

/** Property → column. */
const COLUMNS: ReadonlyMap<string, Column> = new Map([
  ['service_name', column('service', 'text')],
  ['override_name', column('override', 'text')],
  ['command', column('command', 'text')],
  ['success', column('success', 'flag')],
  ['duration_ms', column('durationMs', 'count')],
  ['error_type', column('errorType', 'text')],
  ['has_scaffold', column('hasScaffold', 'flag')],
  ['os', column('os', 'text')],
  ['node_version', column('node', 'text')],
  ['package_manager', column('packageManager', 'text')],
  ['shim_version', column('version', 'text')],
  ['ci', column('ci', 'flag')],
  ['$os', column('os', 'text', false)],
]);

/** Instructions for a server about one event, not data: obeyed by never doing what they forbid. */
const INSTRUCTIONS = new Set(['$geoip_disable', '$process_person_profile', '$ignore_sent_at']);

/** Properties that repeat what is kept elsewhere. */
const REPEATED = new Set(['token', 'distinct_id', '$distinct_id']);

function fits(kind: Kind, value: unknown): boolean {
  if (kind === 'text') {
    return typeof value === 'string' && value.length > 0 && value.length <= BREAKDOWN_CHARS;
  }
  if (kind === 'flag') return typeof value === 'boolean';
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Splits properties into columns and the rest. */
export function split(properties: Record<string, unknown>): {
  columns: Breakdown;
  rest: Record<string, unknown>;
} {
  const columns: Record<string, unknown> = {};
  const rest: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(properties)) {
    const value = properties[key];
    const found = COLUMNS.get(key);
    if (found && fits(found.kind, value) && (found.own || columns[found.field] === undefined)) {
      // Lone surrogates are no text that a database can hold.
      columns[found.field] = typeof value === 'string' ? value.toWellFormed() : value;
      if (found.own) continue;
    }
    if (!INSTRUCTIONS.has(key) && !REPEATED.has(key)) rest[key] = value;
  }
  return { columns: columns as Breakdown, rest };
}

/** The properties that were moved into columns, under their own names. */
export function joined(event: Breakdown): Record<string, unknown> {
  const properties: Record<string, unknown> = {};
  for (const [key, { field, own }] of COLUMNS) {
    if (own && event[field] !== undefined) properties[key] = event[field];
  }
  return properties;
}
