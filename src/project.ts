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
  /** Start and end of make commands, as files' times: make/track.sh writes them. */
  readonly runs: string;
}

/** What only a host project has. */
const OWN_MARKS = ['onramp.lock', join('make', 'analytics.mk')];

/** The record folder's name, which make and sh know as well. */
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

/** The nearest folder, from `folder` upwards, that has one of `marks`. */
function nearest(folder: string, marks: readonly string[]): string | undefined {
  let at = resolve(folder);
  for (;;) {
    if (marks.some((mark) => existsSync(join(at, mark)))) return at;
    const parent = dirname(at);
    if (parent === at) return undefined;
    at = parent;
  }
}

/** The host project that a bundle is installed in: `bin/` beside the drop-in and `make/`. */
function installedIn(bundle: string | undefined): string | undefined {
  if (!bundle) return undefined;
  const root = dirname(dirname(resolve(bundle)));
  const isHost = ['GNUmakefile', join('make', 'analytics.mk')].every((name) =>
    existsSync(join(root, name)),
  );
  return isHost ? root : undefined;
}

/**
 * The project that a command is about: the nearest parent of `folder` that is a host project, else
 * the one that `bundle` is installed in, else the nearest git repository, else `folder` itself.
 */
export function findProject(folder: string, bundle?: string): Project {
  const root = nearest(folder, OWN_MARKS) ?? installedIn(bundle) ?? nearest(folder, ['.git']);
  return projectAt(root ?? resolve(folder));
}
