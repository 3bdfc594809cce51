// Where things are in a host project.

import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The paths the shim works with. Everything of its own, but the lock, is inside `record`. */
export interface Project {
  readonly root: string;
  /** `onramp.lock`, the state file. */
  readonly lock: string;
  /** The folder with the record: it ignores itself in git. */
  readonly record: string;
  readonly journal: string;
  /** Where delivery stands: cursor, failures, the last outcome. */
  readonly delivery: string;
  readonly claims: string;
  /** Events that recipes report; one line each, written by the macro `analytics-event`. */
  readonly inbox: string;
  /** A random text that never leaves: see journal/mint.ts. */
  readonly salt: string;
  /** Start and end of make commands, as empty files' times: make/track.sh writes them. */
  readonly runs: string;
}

const ROOT_MARKS = ['onramp.lock', join('make', 'analytics.mk'), '.git'];

/** The names inside the record folder that make and sh know as well. */
export const RECORD_FOLDER = '.onramp-analytics';

/** The paths of the project at `root`. */
export function projectAt(root: string): Project {
  const record = join(root, RECORD_FOLDER);
  return {
    root,
    lock: join(root, 'onramp.lock'),
    record,
    journal: join(record, 'journal.ndjson'),
    delivery: join(record, 'delivery.json'),
    claims: join(record, 'claims'),
    inbox: join(record, 'inbox'),
    salt: join(record, 'salt'),
    runs: join(record, 'runs'),
  };
}

/** The project that `folder` belongs to: the nearest parent with a mark of one, else `folder`. */
export function findProject(folder: string): Project {
  let at = resolve(folder);
  for (;;) {
    if (ROOT_MARKS.some((mark) => existsSync(join(at, mark)))) return projectAt(at);
    const parent = dirname(at);
    if (parent === at) return projectAt(resolve(folder));
    at = parent;
  }
}
