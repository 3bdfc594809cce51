// What a line of the journal can be, and how it is read back.

import type { Properties } from '../catalogue/catalogue';

/** An event as it was recorded. `uuid`, `timestamp` and `distinct_id` never change afterwards. */
export interface EventRecord {
  /** True when it was recorded in local mode: it is never sent, whatever is enabled later. */
  readonly local?: true;
  /** UUIDv7. Also the event's uuid on the wire, so that a retry can never count twice. */
  readonly uuid: string;
  readonly event: string;
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly distinct_id: string;
  readonly properties: Properties;
}

/** What became of events: delivered, or dropped with the reason. Appended, never changed. */
export interface OutcomeRecord {
  readonly outcome: 'delivered' | 'dropped';
  readonly why?: string;
  readonly at: string;
  readonly uuids: readonly string[];
}

/** A line of the journal; `damaged` when it is neither kind of record. */
export type Line =
  | { kind: 'event'; record: EventRecord }
  | { kind: 'outcome'; record: OutcomeRecord }
  | { kind: 'damaged' };

/** How the lines begin, for finding them without parsing. */
export const SENDABLE_LINE = '{"uuid"';
export const OUTCOME_LINE = '{"outcome"';

/** An event as one line, its keys in a fixed order. */
export function formatEvent(record: EventRecord): string {
  const { uuid, event, timestamp, distinct_id, properties } = record;
  return `${JSON.stringify({
    ...(record.local && { local: true }),
    uuid,
    event,
    timestamp,
    distinct_id,
    properties,
  })}\n`;
}

/** An outcome as one line. */
export function formatOutcome(record: OutcomeRecord): string {
  return `${JSON.stringify(record)}\n`;
}

const isText = (value: unknown): value is string => typeof value === 'string';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether a value is a moment just as this shim writes it: both leave this machine as they stand. */
function isMoment(value: unknown): value is string {
  if (!isText(value)) return false;
  const ms = Date.parse(value);
  return !Number.isNaN(ms) && new Date(ms).toISOString() === value;
}

/**
 * Reads one line. Never throws: what is not a record is `damaged`, also where a uuid or a time is some
 * other text, which must not leave in their place.
 */
export function parseLine(text: string): Line {
  let value: Partial<EventRecord & OutcomeRecord> | null;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'damaged' };
  }
  if (value === null || typeof value !== 'object') return { kind: 'damaged' };
  if (isText(value.outcome) && isText(value.at) && Array.isArray(value.uuids)) {
    return { kind: 'outcome', record: value as OutcomeRecord };
  }
  const { uuid, event, timestamp, distinct_id, properties } = value;
  if (
    isText(uuid) &&
    UUID.test(uuid) &&
    isText(event) &&
    isMoment(timestamp) &&
    isText(distinct_id) &&
    properties !== null &&
    typeof properties === 'object'
  ) {
    return { kind: 'event', record: value as EventRecord };
  }
  return { kind: 'damaged' };
}
