// Changes onramp.lock: one process at a time, atomically, keeping what is not the shim's.

import { lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crypto } from '../builtin';
import { reason, UserError } from '../errors';
import { writeAtomically } from '../files/atomic';
import { acquire, type Lease } from '../files/lease';
import { giveToOwnerOf } from '../files/owner';
import { LEASE } from '../limits';
import type { Project } from '../project/project';
import { changeLock } from './lock-text';
import { parseState, readState, readText, type State } from './state';

/**
 * Changes the state file while nobody else does. `decide` gets the state as it is at that moment
 * and answers with the keys to write (none: the file is not touched). Waits up to `waitMs` for it.
 * @returns the state afterwards.
 * @throws UserError when the file cannot be understood or written, or stays claimed for too long.
 */
export async function changeState(
  project: Project,
  decide: (now: State) => Readonly<Record<string, string>>,
  waitMs: number = LEASE.state.waitMs,
): Promise<State> {
  readState(project); // Before the folder is made: a file that is wrong leaves no trace of ours.
  let held: Lease | undefined;
  try {
    makeRecordFolder(project);
    held = await acquire(project.leases, 'state', { ...LEASE.state, waitMs });
  } catch (error) {
    throw new UserError(`${project.record} cannot be written: ${reason(error)}. ${cannotWrite}`);
  }
  if (!held) {
    throw new UserError(`${project.lock} is being changed by another process. Try again.`);
  }
  try {
    const text = readText(project.lock) ?? '';
    const changes = decide(parseState(project.lock, text));
    const changed = changeLock(text, changes);
    if (changed !== text) {
      try {
        writeAtomically(project.lock, changed);
      } catch (error) {
        throw new UserError(`${project.lock} cannot be written: ${reason(error)}. ${cannotWrite}`);
      }
    }
    return parseState(project.lock, changed);
  } finally {
    held.release();
  }
}

const cannotWrite =
  'Nothing was changed. Mend that and run the command again. ' +
  'Until then, DO_NOT_TRACK=1 in the environment keeps analytics off.';

/**
 * Makes the record folder, which ignores itself in git.
 * @throws the system's error.
 */
export function makeRecordFolder(project: Project): void {
  const ignore = join(project.record, '.gitignore');
  if (lstatSync(ignore, { throwIfNoEntry: false })) return;
  mkdirSync(project.spool, { recursive: true });
  writeFileSync(project.salt, crypto().randomBytes(16).toString('hex'));
  writeAtomically(ignore, '*\n'); // Last, and whole: its being there says that all is there.
  for (const path of [project.record, project.spool, project.salt, ignore]) {
    giveToOwnerOf(project.root, path);
  }
}
