// How old an event is, judged by two clocks: the present one, and the journal's own.
//
// A clock can be wrong: a machine without one starts in 1970, one with an empty battery years ahead.
// So an event counts as old only when the clock says so and, independently, when the journal has gone
// on so long after it: when the 20th newest of its plausible times lies as far behind. What has a time
// that cannot be right is not judged, and judges nothing.

import { setImmediate as breathe } from 'node:timers/promises';
import { JOURNAL } from '../limits';
import type { Project } from '../project/project';
import { linesBackwards, linesFrom } from './lines';
import type { EventRecord } from './records';

/** No event was recorded before the first version of this shim. */
const FIRST_MS = Date.UTC(2024, 0, 1);
const DAY_MS = 24 * 3_600_000;
/** So many events have to be newer, so that one look at a wrong clock ages nothing. */
const WITNESSES = 20;
/** How far back witnesses are looked for: lines that are none are few. */
const LOOKED_AT = 50 * WITNESSES;
const LINES_AT_ONCE = 2_000;

/** The moment of an event; undefined when it cannot be right. */
function plausibleMs({ timestamp }: EventRecord, nowMs: number): number | undefined {
  const ms = Date.parse(timestamp);
  return ms >= FIRST_MS && ms <= nowMs + DAY_MS ? ms : undefined;
}

/** The moment that the journal itself has reached; undefined while it has too few events to say. */
function journalNowMs(project: Project, nowMs: number): number | undefined {
  const newest: number[] = [];
  let seen = 0;
  for (const { line } of linesBackwards(project)) {
    seen += 1;
    if (seen > LOOKED_AT) break;
    const ms = line.kind === 'event' ? plausibleMs(line.record, nowMs) : undefined;
    if (ms !== undefined) newest.push(ms);
    if (newest.length >= 2 * WITNESSES) break;
  }
  return newest.sort((a, b) => b - a)[WITNESSES - 1];
}

/** How an event's age is to be judged: old, young, or not at all. */
export type Judge = (record: EventRecord) => 'old' | 'young' | 'unknown';

/** The judge of this moment. What it has to read, it reads when something seems old. */
function judgeOfAge(project: Project, nowMs: number): Judge {
  let journalMs: number | undefined;
  let isKnown = false;
  return (record) => {
    const ms = plausibleMs(record, nowMs);
    if (ms === undefined) return 'unknown';
    if (nowMs - ms <= JOURNAL.maxAgeMs) return 'young';
    if (!isKnown) journalMs = journalNowMs(project, nowMs);
    isKnown = true;
    return journalMs !== undefined && journalMs - ms > JOURNAL.maxAgeMs ? 'old' : 'young';
  };
}

/**
 * Where the part of the journal ends that is too old to be kept: a whole number of lines from its
 * beginning. What waits to be sent, behind `cursor`, is never too old. 0 when nothing is.
 */
export async function endOfOld(project: Project, cursor: number, nowMs: number): Promise<number> {
  const judge = judgeOfAge(project, nowMs);
  let old = 0;
  let lines = 0;
  for (const { line, end } of linesFrom(project, 0)) {
    lines += 1;
    if (lines % LINES_AT_ONCE === 0) await breathe(); // The deadline may be there.
    if (line.kind === 'event') {
      if (end > cursor && !line.record.local) return old;
      const age = judge(line.record);
      if (age === 'young') return old;
      if (age === 'old') old = end;
    } else if (old > 0 && line.kind === 'outcome' && end <= cursor) {
      old = end; // What became of those before it.
    }
  }
  return old;
}
