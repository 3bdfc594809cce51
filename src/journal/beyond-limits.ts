// How many events were not recorded because a minute or an hour had too many already: recording itself is
// silent, and who looks at the record is told.

import { unlinkSync } from 'node:fs';
import { writeAtomically } from '../files/atomic';
import { readRegularText } from '../files/regular';
import { RECORD_LIMITS } from '../limits';
import type { Project } from '../project/project';

/** What was left out. */
export interface BeyondLimits {
  readonly events: number;
  /** When the first and the last one were left out, ISO 8601. */
  readonly since: string;
  readonly last: string;
}

const isMoment = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= 30 && !Number.isNaN(Date.parse(value));

/** Reads the count; undefined when nothing was left out. Never throws. */
export function readBeyondLimits({ beyondLimits }: Project): BeyondLimits | undefined {
  try {
    const { events, since, last } = JSON.parse(readRegularText(beyondLimits, { follows: false }));
    if (!Number.isSafeInteger(events) || events <= 0) return undefined;
    return isMoment(since) && isMoment(last) ? { events, since, last } : undefined;
  } catch {
    return undefined;
  }
}

/** Adds to the count. Call it with the lease `journal` held. Never throws: it is a hint for people. */
export function addBeyondLimits(project: Project, events: number, nowMs: number): void {
  if (events <= 0) return;
  const before = readBeyondLimits(project);
  const last = new Date(nowMs).toISOString();
  const now = { events: events + (before?.events ?? 0), since: before?.since ?? last, last };
  try {
    const text = `${JSON.stringify(now)}\n`;
    writeAtomically(project.beyondLimits, text, { durably: false, follows: false });
  } catch {
    // A full disk.
  }
}

/** Starts again from nothing. Never throws. */
export function removeBeyondLimits({ beyondLimits }: Project): void {
  try {
    unlinkSync(beyondLimits);
  } catch {
    // There is none.
  }
}

const LIMITS = RECORD_LIMITS.map(
  ({ events, windowMs }) => `${events} a${windowMs === 60_000 ? ' minute' : 'n hour'}`,
).join(' and ');

/** The count as a sentence; empty when nothing was left out. */
export function beyondLimitsInWords(project: Project): string {
  const left = readBeyondLimits(project);
  if (left === undefined) return '';
  const when = left.since === left.last ? `at ${left.last}` : `from ${left.since} to ${left.last}`;
  return `${left.events} event(s) were not recorded (${when}): no more than ${LIMITS} are.`;
}
