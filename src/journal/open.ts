// Opens the journal: a regular file, itself and not through a link, and under root nobody else's.
//
// sudo runs the shim as root in a folder of a user. Whoever can write there could otherwise have root
// append to, or read out, any file of the machine.

import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  type Stats,
  statSync,
} from 'node:fs';
import type { Project } from '../project/project';

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR } = constants;
const FLAGS = {
  read: O_RDONLY,
  append: O_RDWR | O_APPEND | O_CREAT,
} as const;

/** An error whose code says in words what is wrong with a file: shown as those of the system are. */
const refusal = (path: string, code: string) => Object.assign(new Error(path), { code, path });

function check(project: Project, stat: Stats): void {
  if (!stat.isFile()) throw refusal(project.journal, 'it is not a regular file');
  if (process.geteuid?.() !== 0) return;
  const { uid } = statSync(project.record);
  if (stat.uid !== 0 && stat.uid !== uid) {
    throw refusal(project.journal, 'it belongs to somebody else');
  }
}

/** Opens it. @returns a descriptor. @throws the system's error, or one with its reason as `code`. */
export function openJournal(project: Project, how: keyof typeof FLAGS): number {
  // A pipe in its place would otherwise be waited for.
  const handle = openSync(project.journal, FLAGS[how] | O_NOFOLLOW | O_NONBLOCK, 0o644);
  try {
    check(project, fstatSync(handle));
    return handle;
  } catch (error) {
    closeSync(handle);
    throw error;
  }
}

/** Bytes of the journal; 0 when there is none that can be read. */
export function journalSize(project: Project): number {
  try {
    const stat = lstatSync(project.journal);
    return stat.isFile() ? stat.size : 0;
  } catch {
    return 0;
  }
}
