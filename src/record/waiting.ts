// How many events wait to be recorded or sent.

import { countWaiting, type DeliveryState } from '../delivery/state';
import type { Project } from '../project/project';
import { spooled } from '../spool/spool';
import { discardedAt } from './discarded';

/** What waits, by where it is. */
export interface Waiting {
  /** Events that are recorded, and not sent. */
  readonly journal: number;
  /** Commands, reports of recipes and overflow records that nobody has recorded yet. */
  readonly spool: number;
}

/** Counts what waits; in the spool notes, not events: what a note comes to is known when it is recorded. */
export function waitingIn(project: Project, state: DeliveryState): Waiting {
  const { commands, running, reports, records } = spooled(project);
  return {
    // What `disable` marked is never sent: the next process that can writes it down as dropped.
    journal: discardedAt(project) === undefined ? countWaiting(project, state) : 0,
    spool: commands + running + reports + records,
  };
}
