// The commands that were taken for interrupted last, by their ids. make/track looks here when the note of a
// command is gone before its end: whoever could not see that it still ran has recorded it already, and it
// must not count twice.

import { readFileSync, writeFileSync } from 'node:fs';
import { giveToOwnerOf } from '../files/owner';
import { GIVEN_UP_KEPT } from '../limits';
import type { Project } from '../project/project';

/** Remembers an id, and forgets the oldest. Never throws: where nothing can be written, nothing is recorded. */
export function rememberGivenUp({ record, givenUp }: Project, id: string): void {
  try {
    let known: string[] = [];
    try {
      known = readFileSync(givenUp, 'utf8').split('\n').filter(Boolean);
    } catch {
      // The first.
    }
    if (known.includes(id)) return;
    writeFileSync(givenUp, `${[...known, id].slice(-GIVEN_UP_KEPT).join('\n')}\n`);
    giveToOwnerOf(record, givenUp);
  } catch {
    // A full disk.
  }
}
