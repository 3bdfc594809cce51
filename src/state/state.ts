// The state of a project: reads and changes onramp.lock, and mirrors the mode for make.

import { randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mode } from '../consent/consent';
import { reason, systemCode, UserError } from '../errors';
import { writeAtomically } from '../files/atomic';
import { type Claim, claim } from '../files/claim';
import { giveToOwnerOf } from '../files/owner';
import { CLAIM } from '../limits';
import type { Project } from '../project';
import { changeLock, LockSyntaxError, parseLock } from './lockfile';

/** The keys of onramp.lock that are the shim's. */
export const KEYS = {
  enabled: 'ANALYTICS_ENABLED',
  id: 'ANALYTICS_ID',
  notice: 'ANALYTICS_NOTICE_SHOWN',
} as const;

/** What the state file says. Undefined where it says nothing. */
export interface State {
  readonly enabled: string | undefined;
  readonly id: string | undefined;
  readonly noticeShown: boolean;
}

/** The state of a project that has no state file. */
export const NO_STATE: State = { enabled: undefined, id: undefined, noticeShown: false };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const untouched = 'Nothing was changed. Mend the file, or move it away, and run the command again.';

function readText(path: string): string | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') {
      throw new UserError(`${path} cannot be read: ${reason(error)}. ${untouched}`);
    }
    if (lstatSync(path, { throwIfNoEntry: false })) {
      throw new UserError(`${path} is a link to a file that does not exist. ${untouched}`);
    }
    return undefined;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const good = bytes.subarray(0, firstBadByte(bytes)).toString('latin1');
    const line = good.split('\n').length;
    throw new UserError(`${path}, line ${line}: is not UTF-8 text. ${untouched}`);
  }
}

function firstBadByte(bytes: Buffer): number {
  let low = 0;
  let high = bytes.length;
  // A prefix is good when all but its last, perhaps cut, character decodes (`stream`).
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, middle), { stream: true });
      low = middle;
    } catch {
      high = middle - 1;
    }
  }
  return low;
}

function parse(path: string, text: string): State {
  let pairs: Map<string, string>;
  try {
    pairs = parseLock(text);
  } catch (error) {
    if (!(error instanceof LockSyntaxError)) throw error;
    throw new UserError(`${path}, line ${error.line}: ${error.message}. ${untouched}`);
  }
  const id = pairs.get(KEYS.id) || undefined;
  if (id !== undefined && !UUID.test(id)) {
    const line = text.split('\n').findLastIndex((each) => each.includes(`${KEYS.id}=`)) + 1;
    throw new UserError(
      `${path}, line ${line}: ${KEYS.id} is not a UUID. Nothing was changed. ` +
        'Delete that line to get a new id, and run the command again.',
    );
  }
  const enabled = pairs.get(KEYS.enabled) || undefined;
  return { enabled, id: id?.toLowerCase(), noticeShown: pairs.get(KEYS.notice) === '1' };
}

/**
 * Reads the state file.
 * @throws UserError naming file and line when it is there but cannot be understood.
 */
export function readState(project: Project): State {
  const text = readText(project.lock);
  return text === undefined ? NO_STATE : parse(project.lock, text);
}

/**
 * Changes the state file while nobody else does. `decide` gets the state as it is at that moment
 * and answers with the keys to write (none: the file is not touched).
 * @returns the state afterwards.
 * @throws UserError when the file cannot be understood or written, or stays claimed for too long.
 */
export async function changeState(
  project: Project,
  decide: (now: State) => Readonly<Record<string, string>>,
): Promise<State> {
  readState(project); // Before the folder is made: a file that is wrong leaves no trace of ours.
  let held: Claim | undefined;
  try {
    makeRecordFolder(project);
    held = await claim(project.claims, 'state', CLAIM.state);
  } catch (error) {
    throw new UserError(`${project.record} cannot be written: ${reason(error)}. ${cannotWrite}`);
  }
  if (!held) {
    throw new UserError(`${project.lock} is being changed by another process. Try again.`);
  }
  try {
    const text = readText(project.lock) ?? '';
    const changes = decide(parse(project.lock, text));
    const changed = changeLock(text, changes);
    if (changed !== text) {
      try {
        writeAtomically(project.lock, changed);
      } catch (error) {
        throw new UserError(`${project.lock} cannot be written: ${reason(error)}. ${cannotWrite}`);
      }
    }
    return parse(project.lock, changed);
  } finally {
    held.release();
  }
}

const cannotWrite =
  'Nothing was changed. Make the project folder writable for you, and run the command again.';

/**
 * Makes the record folder, which ignores itself in git.
 * @throws the system's error.
 */
export function makeRecordFolder(project: Project): void {
  const ignore = join(project.record, '.gitignore');
  if (lstatSync(ignore, { throwIfNoEntry: false })) return;
  mkdirSync(project.runs, { recursive: true });
  writeFileSync(project.salt, randomBytes(16).toString('hex'));
  writeFileSync(ignore, '*\n');
  for (const path of [project.record, project.runs, project.salt, ignore]) {
    giveToOwnerOf(project.root, path);
  }
}

const MIRROR = 'mode-';

/**
 * Mirrors the stored mode as a file name, `mode-on`, `mode-local` or `mode-off`: make can test a
 * name without starting a process and without evaluating a value. Never throws: where it cannot be
 * written, make asks the state file itself.
 */
export function mirrorMode(project: Project, mode: Mode): void {
  try {
    const names = readdirSync(project.record).filter((name) => name.startsWith(MIRROR));
    const wanted = MIRROR + mode;
    if (!names.includes(wanted)) {
      writeFileSync(join(project.record, wanted), '');
      giveToOwnerOf(project.record, join(project.record, wanted));
    }
    for (const name of names) if (name !== wanted) unlinkSync(join(project.record, name));
  } catch {
    // See above.
  }
}
