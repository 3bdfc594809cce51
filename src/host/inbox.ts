// Events that recipes reported through the macro `analytics-event`: one line each,
// `EVENT key=value key=value`, appended by the shell, picked up when the command is over. And events
// that could not be recorded at once, because another process kept the journal busy.

import { appendFileSync, readFileSync, renameSync, statSync, unlinkSync } from 'node:fs';
import { type EventName, UNDECLARED } from '../catalogue/catalogue';
import { isName, validate } from '../catalogue/validate';
import { giveToOwnerOf } from '../files/owner';
import type { Project } from '../project';
import type { NewEvent } from './goals';

/** The inbox as it was taken. */
export interface Taken {
  /** All of its events, in order; more may be added at the end. */
  readonly events: readonly NewEvent[];
  /** Stays the same however often the same inbox is read, as does `atMs`. */
  readonly identity: string;
  readonly atMs: number;
  /**
   * Removes it, once its events are recorded. @returns false, and leaves it, when a recipe that had
   * opened it before it was taken has added something since.
   */
  forget(): boolean;
}

/** `key=value` words as an object; a word without `=` gets an empty value. */
export function parsePairs(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      return at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}

/** What cannot be a name is somebody's own, like a name that the project does not declare. */
function withNames(pairs: Record<string, string>): Record<string, string> {
  const result = { ...pairs };
  for (const [key, word] of Object.entries(UNDECLARED)) {
    if (Object.hasOwn(result, key) && !isName(result[key]!)) result[key] = word;
  }
  return result;
}

/** Leaves an event for the next process to record, as recipes do. @throws the system's error. */
export function leaveInInbox(project: Project, { event, properties }: NewEvent): void {
  const pairs = Object.entries(properties).map(([key, value]) => `${key}=${value}`);
  appendFileSync(project.inbox, `${[event, ...pairs].join(' ')}\n`);
  giveToOwnerOf(project.record, project.inbox);
}

/** Forgets what recipes reported. Never throws. */
export function forgetInbox(project: Project): void {
  for (const path of [project.inbox, `${project.inbox}.taken`]) {
    try {
      unlinkSync(path);
    } catch {
      // There is none.
    }
  }
}

/**
 * Takes what is in the inbox, also what a crashed process had taken before. Lines that the
 * catalogue does not know are left out. Call it with the claim `collect` held. Never throws.
 */
export function takeInbox(project: Project): Taken | undefined {
  const taken = `${project.inbox}.taken`;
  try {
    if (!statSync(taken, { throwIfNoEntry: false })) renameSync(project.inbox, taken);
    const { birthtimeMs, ino } = statSync(taken);
    const text = readFileSync(taken);
    const events: NewEvent[] = [];
    for (const line of text.toString('utf8').split('\n')) {
      const [event, ...pairs] = line.trim().split(/\s+/);
      if (!event) continue;
      const checked = validate(event, withNames(parsePairs(pairs)));
      if (checked.ok) events.push({ event: event as EventName, properties: checked.properties });
    }
    const forget = () => {
      try {
        if (statSync(taken).size > text.length) return false;
        unlinkSync(taken);
      } catch {
        // Gone already.
      }
      return true;
    };
    return { events, identity: `inbox ${birthtimeMs} ${ino}`, atMs: birthtimeMs, forget };
  } catch {
    return undefined; // Nothing was reported, or it is not ours to read.
  }
}
