// Where things are in a host project, and in its record.

import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { leasesFolder, recordPlace } from './location';

/** The paths the shim works with. Everything of its own, but the lock, is inside `record`. */
export interface Project {
  readonly root: string;
  /** `onramp.lock`, the state file. */
  readonly lock: string;
  /** The folder of the record: see location.ts. */
  readonly record: string;
  /** The link that stands in its place, where there is one: it is not followed, and nothing is kept. */
  readonly link: string | undefined;
  readonly journal: string;
  /** The delivery state: cursor, failures, the last attempt. */
  readonly delivery: string;
  readonly leases: string;
  /** Notes that nobody has recorded yet: see spool/. */
  readonly spool: string;
  /** Events that recipes report; one line each, written by the macro `analytics-event`. */
  readonly reports: string;
  /** Says which process collects now; make's part looks before it starts another. */
  readonly collector: string;
  /** Is there when make's part turned analytics off: whatever waits is to be dropped. */
  readonly discard: string;
  /** Which commands were taken for interrupted: see spool/given-up.ts. */
  readonly givenUp: string;
  /** How many events were beyond the limits: see journal/beyond-limits.ts. */
  readonly beyondLimits: string;
  /** A random text that never leaves: see journal/mint.ts. */
  readonly salt: string;
}

/** The folder in a host project that holds everything of ours but GNUmakefile. */
export const HOST_FOLDER = '.onramp';

/** The make part, as it lies in a host project. */
const MAKE_PART = join(HOST_FOLDER, 'analytics.mk');

/** What only a host project has; the last is where 1.0.0 had the make part. */
const OWN_MARKS = ['onramp.lock', MAKE_PART, join('make', 'analytics.mk')];

/**
 * The paths of the project at `root`. The environment says where a record goes that git has no
 * place for.
 */
export function projectAt(
  root: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Project {
  const lock = join(root, 'onramp.lock');
  const { record, link } = recordPlace(root, lock, env);
  const spool = join(record, 'spool');
  return {
    root,
    lock,
    record,
    link,
    journal: join(record, 'journal.ndjson'),
    delivery: join(record, 'delivery.json'),
    leases: leasesFolder(record, env),
    spool,
    reports: join(spool, 'reports'),
    collector: join(spool, 'collector'),
    discard: join(record, 'discard'),
    givenUp: join(record, 'given-up'),
    beyondLimits: join(record, 'beyond-limits.json'),
    salt: join(record, 'salt'),
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

/** The host project that a bundle is installed in. */
function installedIn(bundle: string | undefined): string | undefined {
  if (!bundle) return undefined;
  const root = dirname(dirname(resolve(bundle)));
  return existsSync(join(root, MAKE_PART)) ? root : undefined;
}

/**
 * The project that a command is about: the nearest parent of `folder` that is a host project, else
 * the one that `bundle` is installed in, else the nearest git repository, else `folder` itself.
 */
export function findProject(folder: string, bundle?: string): Project {
  const root = nearest(folder, OWN_MARKS) ?? installedIn(bundle) ?? nearest(folder, ['.git']);
  return projectAt(root ?? resolve(folder));
}
