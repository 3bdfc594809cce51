// Events that recipes reported through the macro `analytics-event`: one line each,
// `EVENT key=value key=value`, appended by the shell, picked up when the command is over.

import { readFileSync, renameSync, statSync, unlinkSync } from 'node:fs';
import type { EventName } from '../catalogue/catalogue';
import { validate } from '../catalogue/validate';
import type { Project } from '../project';
import type { NewEvent } from './goals';

/** The inbox as it was taken. `forget` removes it, once its events are recorded. */
export interface Taken {
  readonly events: readonly NewEvent[];
  readonly identity: string;
  readonly atMs: number;
  forget(): void;
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
    const { mtimeMs, ino, size } = statSync(taken);
    const events: NewEvent[] = [];
    for (const line of readFileSync(taken, 'utf8').split('\n')) {
      const [event, ...pairs] = line.trim().split(/\s+/);
      if (!event) continue;
      const checked = validate(event, parsePairs(pairs));
      if (checked.ok) events.push({ event: event as EventName, properties: checked.properties });
    }
    const forget = () => {
      try {
        unlinkSync(taken);
      } catch {
        // Gone already.
      }
    };
    return { events, identity: `inbox ${mtimeMs} ${ino} ${size}`, atMs: mtimeMs, forget };
  } catch {
    return undefined; // Nothing was reported, or it is not ours to read.
  }
}
