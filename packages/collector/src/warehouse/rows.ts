// An event of the store as a row of the warehouse.

import { COLUMNS, type ColumnValues, fieldOf } from '../../../schema/src/columns.ts';
import type { Scalar } from '../../../schema/src/question.ts';
import { settled } from '../gate/breakdown.ts';
import type { CopiedEvent } from '../store/events.ts';
import { PROPERTIES } from './columns.ts';
import type { Row } from './warehouse.ts';

/** Field of an event → column. */
const NAMES = new Map<string, string>(COLUMNS.map((column) => [fieldOf(column), column.name]));

/** Where SDKs put the session. */
const SESSION = '$session_id';

/** The row of an event. */
export function rowOf(event: CopiedEvent): Row {
  const values: Record<string, Scalar | undefined> = {
    received_at: event.receivedMs,
    [PROPERTIES]: event.rest,
  };
  // Older events are asked about together with newer ones.
  const written = settled(event);
  // Not the other way round: an event has few of the columns.
  for (const field in written) {
    const name = NAMES.get(field);
    if (name !== undefined) values[name] = written[field as keyof ColumnValues];
  }
  return {
    project: event.project,
    seq: event.seq,
    timeMs: event.timeMs,
    event: event.name,
    distinctId: event.distinctId,
    session: event.visit === undefined ? sessionOf(event.rest) : String(event.visit),
    values,
  };
}

function sessionOf(rest: string): string | null {
  // Most events have none: they are not parsed.
  if (!rest.includes(`"${SESSION}"`)) return null;
  const session = (JSON.parse(rest) as Record<string, unknown>)[SESSION];
  return typeof session === 'string' && session !== '' ? session : null;
}
