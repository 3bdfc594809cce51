// Makes the folder of the record, before the first thing is written into it.

import { existsSync, lstatSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { crypto } from '../builtin';
import { writeAtomically } from '../files/atomic';
import { giveToOwnerOf } from '../files/owner';
import type { Project } from './project';

/** What make/track made as root goes to whom the folder around it belongs: sh cannot do that. */
function giveBack(...folders: readonly [record: string, spool: string]): void {
  const around = dirname(folders[0]);
  for (const folder of folders) {
    const stat = lstatSync(folder, { throwIfNoEntry: false });
    if (stat?.isDirectory() && stat.uid === 0) giveToOwnerOf(around, folder);
  }
}

const isFile = (path: string) => lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;

/**
 * Makes it, with its spool and its salt; under sudo they belong to whom the folder around it belongs.
 * @throws the system's error.
 */
export function makeRecordFolder({ record, spool, salt }: Project): void {
  if (process.geteuid?.() === 0) giveBack(record, spool);
  if (existsSync(spool) && isFile(salt)) return;
  const first = mkdirSync(spool, { recursive: true });
  if (first !== undefined) {
    const around = dirname(first);
    for (let made = spool; made !== around; made = dirname(made)) giveToOwnerOf(around, made);
  }
  // A folder that is none is found here, and not by everybody who writes into it.
  if (!statSync(spool).isDirectory()) throw Object.assign(new Error(spool), { code: 'ENOTDIR' });
  if (isFile(salt)) return;
  // A pipe or a link in its place gives way to it.
  const text = crypto().randomBytes(16).toString('hex');
  writeAtomically(salt, text, { durably: false, follows: false });
}

/**
 * Moves the record to where a new id has its place: without git, the id names the folder. Never throws:
 * what cannot be moved stays where it was, and is not sent any more.
 */
export function moveRecord(before: Project, now: Project): void {
  if (before.record === now.record) return;
  try {
    if (existsSync(before.record) && !existsSync(now.record)) {
      renameSync(before.record, now.record);
    }
  } catch {
    // Another disk, or no permission.
  }
}
