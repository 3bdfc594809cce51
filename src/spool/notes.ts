// What all files of the spool have in common: how they are listed, read and removed.

import { lstatSync, readdirSync, type Stats, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularText } from '../files/regular';
import type { Project } from '../project/project';

/** The names in the spool; none when there is no spool. Never throws. */
export function spoolNames({ spool }: Project): string[] {
  try {
    return readdirSync(spool);
  } catch {
    return [];
  }
}

/** A regular file of the spool; undefined for anything else. Never throws. */
export function noteStat({ spool }: Project, name: string): Stats | undefined {
  try {
    const stat = lstatSync(join(spool, name), { throwIfNoEntry: false });
    return stat?.isFile() ? stat : undefined;
  } catch {
    return undefined;
  }
}

/** The text of a regular file of at most so many bytes; undefined for anything else. Never throws. */
export function readNote(project: Project, name: string, maxBytes: number): string | undefined {
  const stat = noteStat(project, name);
  if (!stat || stat.size > maxBytes) return undefined;
  try {
    return readRegularText(join(project.spool, name), { follows: false });
  } catch {
    return undefined;
  }
}

/** Removes files of the spool. @returns whether none of them is left. Never throws. */
export function removeNotes({ spool }: Project, names: readonly string[]): boolean {
  let isGone = true;
  for (const name of names) {
    try {
      unlinkSync(join(spool, name));
    } catch (error) {
      isGone &&= (error as NodeJS.ErrnoException).code === 'ENOENT';
    }
  }
  return isGone;
}
