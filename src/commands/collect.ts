// collect: what make/track.sh starts when a command is over. Not for people, so it is not listed.

import { defineCommand } from 'citty';
import { collect } from '../collecting';
import { forgetInbox } from '../host/inbox';
import { forgetRuns, splitGoals } from '../host/runs';
import { beginTracking } from '../session';
import { environment, here } from './context';
import { leaveAtDeadline, quietly } from './deadline';
import { closeInherited } from './descriptors';

export default defineCommand({
  meta: { name: 'collect', hidden: true, description: 'Record the make commands that are over.' },
  async run() {
    closeInherited();
    const env = environment();
    const project = here();
    const session = beginTracking(project, env);
    if (!session) {
      // make believed that it was on (somebody edited the lock): what it wrote down is nobody's.
      forgetRuns(project);
      forgetInbox(project);
      return;
    }
    leaveAtDeadline(session);
    const goals = env.ONRAMP_ANALYTICS_GOALS;
    const own =
      goals === undefined
        ? undefined
        : { goals: splitGoals(goals), succeeded: env.ONRAMP_ANALYTICS_STATUS === '0' };
    await quietly(session, () => collect(session, { own }));
  },
});
