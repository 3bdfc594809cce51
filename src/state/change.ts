// Changes onramp.lock: one process at a time, atomically, keeping what is not the shim's.
//
// Where the lease cannot be relied on (a record that cannot be written, a clock that jumped, two
// users with a state directory each), a change still does not overwrite another's unseen: the text is
// compared once more before the new one takes its place, and read again afterwards.

import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from '../clock';
import { reason, systemCode, UserError } from '../errors';
import { writeAtomically } from '../files/atomic';
import { acquire, type Lease } from '../files/lease';
import { LEASE } from '../limits';
import { makeRecordFolder } from '../project/folder';
import { NOWHERE } from '../project/location';
import { type Project, projectAt } from '../project/project';
import { changeLock, KEYS, parseLock } from './lock-text';
import { parseState, readState, readText, type State } from './state';

type Changes = Readonly<Record<string, string>>;

/** Between two tries to make a change stay. */
const AGAIN_MS = 20;

const cannotWrite =
  'Nothing was changed. Fix this and run the command again. ' +
  'Until then, DO_NOT_TRACK=1 in the environment keeps analytics off.';

/**
 * The lease `state`; undefined where there cannot be one. @throws UserError when it stays taken, and
 * what is no system error.
 */
async function hold(project: Project, waitMs: number): Promise<Lease | undefined> {
  let held: Lease | undefined;
  try {
    if (project.record !== NOWHERE) makeRecordFolder(project);
    held = await acquire(project.leases, 'state', { ...LEASE.state, waitMs });
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined; // Turning it off has to work also where nothing can be recorded.
  }
  if (held) return held;
  throw new UserError(`${project.lock} is being changed by another process. Try again.`);
}

/** Writes a new text over `before`. @returns false when that was not the text any more. */
function replace(lock: string, before: string | undefined, after: string): boolean {
  try {
    return writeAtomically(lock, Buffer.from(after, 'latin1'), {
      isStillWanted: () => readText(lock) === before,
    });
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${lock} cannot be written: ${reason(error)}. ${cannotWrite}`);
  }
}

/** What the lock must say now: what was changed, and off, if make's part turned it off meanwhile. */
function missingIn(project: Project, wanted: Changes): Changes {
  const found = parseLock(readText(project.lock) ?? '');
  const isOverruled = !(KEYS.enabled in wanted) && existsSync(project.discard);
  const all = isOverruled ? { ...wanted, [KEYS.enabled]: '0' } : wanted;
  return Object.fromEntries(Object.entries(all).filter(([key, value]) => found.get(key) !== value));
}

/**
 * Changes the state file while nobody else does. `decide` gets the state as it is at that moment
 * and answers with the keys to write (none: the file is not touched). Waits up to `waitMs` for it.
 * Where git has no place for the record, an id that is new moves it: compute the project anew.
 * @returns the state afterwards.
 * @throws UserError when the file cannot be understood or written, or stays taken for too long.
 */
export async function changeState(
  { root }: Pick<Project, 'root'>,
  decide: (now: State) => Changes,
  waitMs: number = LEASE.state.waitMs,
): Promise<State> {
  const endMs = nowMs() + waitMs;
  readState(projectAt(root)); // Before a folder is made: a file that is wrong leaves no trace of ours.
  for (let pauseMs = 0; ; pauseMs = AGAIN_MS * Math.random()) {
    if (pauseMs > 0) await sleep(pauseMs);
    const project = projectAt(root);
    const held = await hold(project, Math.max(0, endMs - nowMs()));
    try {
      const before = readText(project.lock);
      const state = parseState(project.lock, before ?? '');
      const changes = decide(state);
      if (Object.keys(changes).length === 0) return state;
      const text = changeLock(before ?? '', changes);
      if (text !== before && !replace(project.lock, before, text)) {
        if (nowMs() < endMs) continue;
        throw new UserError(`${project.lock} is being changed by another process. Try again.`);
      }
      let missing = missingIn(project, changes);
      while (Object.keys(missing).length > 0 && nowMs() < endMs) {
        const now = readText(project.lock);
        replace(project.lock, now, changeLock(now ?? '', missing));
        missing = missingIn(project, changes);
      }
      return readState(project);
    } finally {
      held?.release();
    }
  }
}
