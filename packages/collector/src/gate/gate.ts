// The gate: every event of every dialect passes here, one by one. What does not pass becomes a
// dead letter with its reason; its neighbours are not touched.

import { distinctIdOf } from '../distinct-id.ts';
import type { Candidate, DeadLetter, Event, Project, Reason } from '../event.ts';
import { OVERSIZED } from '../http/json.ts';
import { DAY_MS, DEAD_LETTER_BYTES, EVENT_BYTES, EVENT_NAME_CHARS } from '../limits.ts';
import {
  hasAddressKey,
  holdsAddress,
  isAddressKey,
  isSuspicious,
  withoutAddresses,
  withoutAddressesIn,
} from './addresses.ts';
import { split } from './breakdown.ts';
import { isEmail, namesPerson } from './person.ts';
import { storable, storableJson } from './text.ts';
import { derivedUuid, parseUuid, randomUuid } from './uuid.ts';

/** What the gate made of a batch. `verdicts` has an entry for each candidate, in order. */
export interface Examined {
  readonly events: Event[];
  readonly letters: DeadLetter[];
  readonly verdicts: (Event | Reason)[];
}

/** What a request that is examined in several goes carries from one to the next. */
export interface Progress {
  /** How often an event without a uuid was seen in it. */
  readonly twins: Map<string, number>;
  /** Dead letters it may still leave: a client that sends rubbish must not fill the disk. */
  readonly letters: number;
}

/** Examines a batch. */
export function examine(
  project: Project,
  dialect: string,
  candidates: readonly Candidate[],
  nowMs: number,
  { twins, letters: maxLetters }: Progress = { twins: new Map(), letters: candidates.length },
): Examined {
  const events: Event[] = [];
  const letters: DeadLetter[] = [];
  const verdicts = candidates.map((candidate) => {
    const verdict = examineOne(project, candidate, nowMs, twins);
    if (typeof verdict === 'string') {
      if (letters.length < maxLetters)
        letters.push(letterFor(project, dialect, candidate, verdict));
    } else {
      events.push(verdict);
    }
    return verdict;
  });
  return { events, letters, verdicts };
}

function examineOne(
  project: Project,
  candidate: Candidate,
  nowMs: number,
  twins: Map<string, number>,
): Event | Reason {
  const { event, properties = {}, timeMs } = candidate;
  if (properties === OVERSIZED) return 'too_large';
  if (typeof event !== 'string' || storable(event).trim() === '') return 'missing_event';
  if (event.length > EVENT_NAME_CHARS) return 'event_name_too_long';
  const distinctId = distinctIdOf(candidate.distinctId);
  if (distinctId === '') return 'missing_distinct_id';
  if (holdsAddress(distinctId)) return 'distinct_id_is_an_address';
  if (isOfSomebody(project, candidate)) return 'names_a_person';
  if (typeof properties !== 'object' || properties === null || Array.isArray(properties)) {
    return 'properties_not_an_object';
  }
  if (timeMs < nowMs - project.retentionDays * DAY_MS) return 'older_than_retention';

  const whole = restAndColumns(properties as Record<string, unknown>);
  if (typeof whole === 'string') return whole;
  const { columns, rest } = whole;

  const name = withoutAddressesIn(storable(event).trim());
  const uuid = uuidOf(project, candidate, name, distinctId, rest, twins);
  if (!uuid) return 'invalid_uuid';
  // Not a copy of the columns: that would take as long as all else here.
  return Object.assign(columns, { uuid, name, distinctId, timeMs, rest });
}

function restAndColumns(properties: Record<string, unknown>) {
  let { columns, rest } = split(properties);
  for (const key of Object.keys(rest)) if (isAddressKey(key)) delete rest[key];
  let json: string;
  try {
    json = JSON.stringify(rest);
  } catch {
    return 'too_deep'; // JSON.stringify recurses
  }
  let bytes = Buffer.byteLength(json);
  let isClean = !isSuspicious(json);
  for (const value of Object.values(columns)) {
    if (typeof value !== 'string') continue;
    bytes += Buffer.byteLength(value);
    if (isClean && isSuspicious(value)) isClean = false;
  }
  if (bytes > EVENT_BYTES) return 'too_large';
  if (!isClean) {
    ({ columns, rest } = split(withoutAddresses(properties) as Record<string, unknown>));
    json = JSON.stringify(rest);
  } else if (hasAddressKey(json)) {
    json = JSON.stringify(withoutAddresses(rest));
  }
  return { columns, rest: storableJson(json) };
}

function uuidOf(
  project: Project,
  { uuid, sentTimestamp }: Candidate,
  name: string,
  distinctId: string,
  rest: string,
  twins: Map<string, number>,
): Buffer | undefined {
  if (uuid !== undefined && uuid !== null && uuid !== '') {
    return typeof uuid === 'string' ? parseUuid(uuid) : undefined;
  }
  // Without a time of its own, an event sent twice cannot be told from two events.
  if (sentTimestamp === undefined || sentTimestamp === null) return randomUuid();
  const parts = [String(project.id), name, distinctId, String(sentTimestamp), rest];
  const key = parts.join('\0');
  const twin = twins.get(key) ?? 0;
  twins.set(key, twin + 1);
  return derivedUuid([...parts, String(twin)]);
}

/**
 * Does an event name a person where its project is anonymous? In one of commands, anywhere; in those that clients
 * without a token also write into, as the id: anybody could put somebody's address there.
 */
const isOfSomebody = ({ kind }: Project, candidate: Candidate): boolean =>
  kind === 'cli'
    ? namesPerson(candidate)
    : (kind === 'installs' || kind === 'agents') && isEmail(distinctIdOf(candidate.distinctId));

/** Nothing is kept of an event that names a person, where that is refused, whatever else is wrong with it. */
const letterFor = (
  project: Project,
  dialect: string,
  candidate: Candidate,
  reason: Reason,
): DeadLetter =>
  isOfSomebody(project, candidate)
    ? { projectId: project.id, dialect, reason, payload: null, distinctId: null }
    : letterOf(project.id, dialect, candidate, reason);

/** A dead letter: enough to try again, and no address. */
export function letterOf(
  projectId: number | null,
  dialect: string,
  candidate: Candidate,
  reason: Reason,
): DeadLetter {
  let payload: string | null = null;
  try {
    const { event, distinctId, uuid, properties, timeMs, sentTimestamp } = candidate;
    const json = storableJson(
      JSON.stringify(
        withoutAddresses({ event, distinctId, uuid, properties, timeMs, sentTimestamp }),
      ),
    );
    const isWhole = properties !== OVERSIZED;
    if (isWhole && Buffer.byteLength(json) <= DEAD_LETTER_BYTES) payload = json;
  } catch {
    // Too deep to write out: the reason alone is kept.
  }
  const distinctId = distinctIdOf(safe(candidate.distinctId));
  return {
    projectId,
    dialect,
    reason,
    payload,
    distinctId: distinctId === '' ? null : withoutAddressesIn(distinctId),
  };
}

const safe = (value: unknown): unknown =>
  typeof value === 'string' || typeof value === 'number' ? value : undefined;
