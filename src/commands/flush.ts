// flush: sends what waits, now, even if delivery pauses after failures.

import { defineCommand } from 'citty';
import { leaveAtDeadline, quietly } from '../process/deadline';
import { environment, here } from '../process/invocation';
import { readSettings } from '../settings';
import { readState } from '../state/state';
import { collect } from '../tracking/collect';
import { beginTracking } from '../tracking/session';

export default defineCommand({
  meta: {
    name: 'flush',
    description: 'Send what waits, now. Quiet; `status` shows what became of it.',
  },
  async run() {
    const project = here();
    readState(project); // A person asked: what is wrong is said, not swallowed.
    readSettings(project.root, environment());
    const session = beginTracking(project, environment());
    if (!session) return;
    leaveAtDeadline(session);
    await quietly(session, async () => void (await collect(session, { evenIfPaused: true })));
  },
});
