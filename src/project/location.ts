// Where a project's record is: outside of what is built, listed, archived and copied.
//
// In git's own directory (`.git/onramp-analytics/`), where the project has one: it moves with the
// project, root and user share it, and neither `find`-based rules nor archives meet it. Without git in
// the user's state directory, under the project's anonymous id, which moves with the project as well.
// With neither, nowhere: then nothing is kept. make/track looks in the same places, in the same order.
//
// A link in its place is not followed: through it, a user who may write here would have another, or root
// under sudo, make, change and delete files wherever the link leads. Where git's directory or the state
// directory themselves are behind links, that is their owner's choice.

import { lstatSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { readRegularText } from '../files/regular';

type Environment = Readonly<Record<string, string | undefined>>;

const NAME = 'onramp-analytics';
/** A place where nothing can be made: every attempt to write fails, as on a read-only disk. */
export const NOWHERE = '/dev/null/onramp-analytics';

const isFolder = (path: string) =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

function firstLine(path: string): string {
  try {
    return readRegularText(path).split('\n', 1)[0]!;
  } catch {
    return '';
  }
}

/** Git's directory of the project at `root`, also of a worktree or a submodule. Only its own `.git`. */
export function gitFolder(root: string): string | undefined {
  const mark = join(root, '.git');
  try {
    if (isFolder(mark)) return mark;
  } catch {
    return undefined; // Not ours to look at.
  }
  const link = /^gitdir: (.+?)\r?$/.exec(firstLine(mark))?.[1];
  if (link === undefined) return undefined;
  const folder = resolve(root, link);
  return isFolder(folder) ? folder : undefined;
}

/** The id as make/track finds it in onramp.lock: the last line that names one, without quotes. */
function idIn(lock: string): string | undefined {
  let text: string;
  try {
    text = readRegularText(lock);
  } catch {
    return undefined;
  }
  const id = text
    .replace(/^\uFEFF/, '')
    .match(/(?<![^\n])ANALYTICS_ID=["']?[0-9A-Fa-f-]{36}/g)
    ?.at(-1)
    ?.slice(-36);
  return id; // As it is written there: sh does not know small letters from capitals.
}

/** https://specifications.freedesktop.org/basedir-spec/latest/: a relative path counts as not set. */
function stateFolder(env: Environment): string | undefined {
  const { XDG_STATE_HOME: state, HOME: home } = env;
  if (state && isAbsolute(state)) return state;
  return home && isAbsolute(home) ? join(home, '.local', 'state') : undefined;
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  } catch {
    return false; // Not ours to look at.
  }
}

/** The first of the record's folders that is a link; undefined when none is. */
function linkIn(record: string): string | undefined {
  return [record, join(record, 'spool'), join(record, 'leases')].find(isLink);
}

/**
 * Where the leases of a project without a record are: before it has an id, the first one is to be
 * picked by one process. In the user's state directory; NOWHERE when there is none.
 */
export function leasesFolder(record: string, env: Environment): string {
  if (record !== NOWHERE) return join(record, 'leases');
  const state = stateFolder(env);
  const leases = state && join(state, NAME, 'leases');
  return leases && !isLink(leases) ? leases : join(NOWHERE, 'leases');
}

function placeOf(root: string, lock: string, env: Environment): string {
  const git = gitFolder(root);
  if (git) return join(git, NAME);
  const state = stateFolder(env);
  const id = idIn(lock);
  return state && id ? join(state, NAME, id) : NOWHERE;
}

/** Where a record is. */
export interface Place {
  /** Its folder, which need not be there yet. NOWHERE when nothing can be kept. */
  readonly record: string;
  /** The link that stands in its place, and for which it is NOWHERE; undefined when there is none. */
  readonly link: string | undefined;
}

/** The place of a project's record. */
export function recordPlace(root: string, lock: string, env: Environment): Place {
  const record = placeOf(root, lock, env);
  const link = linkIn(record);
  return { record: link === undefined ? record : NOWHERE, link };
}
