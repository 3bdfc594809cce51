// The commands that were taken for interrupted last, by their ids. make/track looks here when the note of a
// command is gone before its end: whoever could not see that it still ran has recorded it already, and it
// must not count twice.

import { writeAtomically } from '../files/atomic';
import { readRegularText } from '../files/regular';
import { GIVEN_UP_KEPT } from '../limits';
import type { Project } from '../project/project';

/** Remembers an id, and forgets the oldest. Never throws: where nothing can be written, nothing is recorded. */
export function rememberGivenUp({ givenUp }: Project, id: string): void {
  try {
    let known: string[] = [];
    try {
      known = readRegularText(givenUp, { follows: false }).split('\n').filter(Boolean);
    } catch {
      // The first.
    }
    if (known.includes(id)) return;
    const text = `${[...known, id].slice(-GIVEN_UP_KEPT).join('\n')}\n`;
    writeAtomically(givenUp, text, { durably: false, follows: false });
  } catch {
    // A full disk.
  }
}
