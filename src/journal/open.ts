// Opens the journal: a regular file, itself and not through a link, and under root nobody else's.
//
// sudo runs the shim as root in a folder of a user. Whoever can write there could otherwise have root
// append to, or read out, any file of the machine.

import { constants, lstatSync, type Stats, statSync } from 'node:fs';
import { openRegular, refusal } from '../files/regular';
import type { Project } from '../project/project';

const { O_APPEND, O_CREAT, O_RDONLY, O_RDWR } = constants;
const FLAGS = {
  read: O_RDONLY,
  append: O_RDWR | O_APPEND | O_CREAT,
} as const;

/** Opens it. @returns a descriptor. @throws the system's error, or one with its reason as `code`. */
export function openJournal({ journal, record }: Project, how: keyof typeof FLAGS): number {
  const check = ({ uid }: Stats) => {
    if (process.geteuid?.() !== 0 || uid === 0 || uid === statSync(record).uid) return;
    throw refusal(journal, 'it belongs to somebody else');
  };
  return openRegular(journal, FLAGS[how], { follows: false, check });
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
