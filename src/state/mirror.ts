// Mirrors the stored mode where make can see it.

import { readdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mode } from '../consent/consent';
import { giveToOwnerOf } from '../files/owner';
import type { Project } from '../project';

const MIRROR = 'mode-';

/** Removes the mirror: make then asks the state file itself. Never throws. */
export function removeMirror(project: Project): void {
  try {
    for (const name of readdirSync(project.record))
      if (name.startsWith(MIRROR)) unlinkSync(join(project.record, name));
  } catch {
    // There is none.
  }
}

/**
 * Mirrors the stored mode as a file name, `mode-on`, `mode-local` or `mode-off`: make can test a
 * name without starting a process and without evaluating a value. Never throws: where it cannot be
 * written, make asks the state file itself. @returns whether it said something else before.
 */
export function mirrorMode(project: Project, mode: Mode): boolean {
  try {
    const names = readdirSync(project.record).filter((name) => name.startsWith(MIRROR));
    const wanted = MIRROR + mode;
    if (names.length === 1 && names[0] === wanted) return false;
    if (!names.includes(wanted)) {
      writeFileSync(join(project.record, wanted), '');
      giveToOwnerOf(project.record, join(project.record, wanted));
    }
    for (const name of names) if (name !== wanted) unlinkSync(join(project.record, name));
    return true;
  } catch {
    return false; // See above.
  }
}
