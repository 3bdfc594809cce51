// disable: turns analytics off. When it returns, nothing is sent any more and nothing waits.

import { defineCommand } from 'citty';
import { decide } from '../consent/consent';
import { DROPPED } from '../delivery/dropped';
import { reason, UserError } from '../errors';
import { say } from '../output';
import { environment, here } from '../process/invocation';
import type { Project } from '../project/project';
import { discardPending, markDiscard, unmarkDiscard } from '../record/discard';
import { changeState } from '../state/change';
import { KEYS, readState } from '../state/state';

/** @throws UserError that begins with what was done: it is off. */
async function discard(project: Project): Promise<number> {
  try {
    const dropped = await discardPending(project, DROPPED.disabled);
    unmarkDiscard(project);
    return dropped;
  } catch (error) {
    throw new UserError(`Analytics is off. But ${reason(error)}`);
  }
}

export default defineCommand({
  meta: {
    name: 'disable',
    description: 'Turn analytics off, and throw away whatever waits to be sent.',
  },
  async run() {
    const project = here();
    readState(project); // A file that is wrong is not turned off halfway.
    markDiscard(project); // Whatever happens now, what waits is dropped before anything is sent.
    await changeState(project, () => ({ [KEYS.enabled]: '0' }));
    const dropped = await discard(project);
    const waited = dropped === 0 ? '' : ` ${dropped} waiting event(s) were thrown away.`;
    const { mode, decidedBy } = decide(environment(), '0');
    if (mode === 'off') {
      say(`Analytics is off. Nothing is recorded and nothing is sent.${waited}`);
    } else {
      say(
        `Written to ${project.lock}, but ${decidedBy} in the environment decides: ${mode}.${waited}`,
      );
      say(`Unset ${decidedBy}, or set DO_NOT_TRACK=1, to turn analytics off.`);
    }
  },
});
