// reset-id: a new anonymous id. What waits under the old one is never sent; what was sent is `forget`'s to ask for.

import { defineCommand } from 'citty';
import { v4 } from 'uuid';
import { DROPPED } from '../delivery/dropped';
import { say } from '../output';
import { here } from '../process/invocation';
import { moveRecord } from '../project/folder';
import { discardPending, honourDiscard } from '../record/discard';
import { changeState } from '../state/change';
import { KEYS, readState } from '../state/state';

export default defineCommand({
  meta: {
    name: 'reset-id',
    description:
      'Take a new anonymous id, and throw away whatever waits under the old one; what was sent stays.',
  },
  async run() {
    const project = here();
    readState(project);
    await honourDiscard(project);
    const state = await changeState(project, () => ({ [KEYS.id]: v4() }));
    await discardPending(project, DROPPED.id);
    moveRecord(project, here());
    say(`The new anonymous id is ${state.id}.`);
  },
});
