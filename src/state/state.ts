// The state of a project, as onramp.lock says it.

import { lstatSync } from 'node:fs';
import { reason, systemCode, UserError } from '../errors';
import { readRegular } from '../files/regular';
import type { Project } from '../project/project';
import { KEYS, LockSyntaxError, lineOfKey, parseLock } from './lock-text';

export { KEYS } from './lock-text';

/** What the state file says. Undefined where it says nothing. */
export interface State {
  readonly enabled: string | undefined;
  readonly id: string | undefined;
  readonly noticeShown: boolean;
}

/** The state of a project that has no state file. */
const NO_STATE: State = { enabled: undefined, id: undefined, noticeShown: false };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether a text is an anonymous id. */
export const isId = (text: string): boolean => UUID.test(text);

const untouched =
  'Analytics is off until this is fixed. Nothing was changed: fix the file, or move it away, and run the command again.';

/** The text of a state file, a letter for each byte; undefined when there is none. @throws UserError. */
export function readText(path: string): string | undefined {
  let bytes: Buffer;
  try {
    bytes = readRegular(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') {
      throw new UserError(`${path} cannot be read: ${reason(error)}. ${untouched}`);
    }
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found?.isSymbolicLink()) {
      throw new UserError(`${path} is a link to a file that does not exist. ${untouched}`);
    }
    // Another process has made it meanwhile.
    return found ? readText(path) : undefined;
  }
  return bytes.toString('latin1');
}

/** What a state file's text says. @throws UserError naming file and line. */
export function parseState(path: string, text: string): State {
  let pairs: Map<string, string>;
  try {
    pairs = parseLock(text);
  } catch (error) {
    if (!(error instanceof LockSyntaxError)) throw error;
    throw new UserError(`${path}, line ${error.line}: ${error.message}. ${untouched}`);
  }
  const id = pairs.get(KEYS.id) || undefined;
  if (id !== undefined && !UUID.test(id)) {
    throw new UserError(
      `${path}, line ${lineOfKey(text, KEYS.id)}: ${KEYS.id} is not a UUID. Nothing was changed. ` +
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
  return text === undefined ? NO_STATE : parseState(project.lock, text);
}
