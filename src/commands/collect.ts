// collect: what make/track.sh starts when a command is over. Not for people, so it is not listed.

import { defineCommand } from 'citty';
import { leaveAtDeadline, quietly } from '../process/deadline';
import { closeInherited } from '../process/descriptors';
import { environment, here } from '../process/invocation';
import { removeReports } from '../spool/reports';
import { removeRuns, splitGoals } from '../spool/runs';
import { collect } from '../tracking/collect';
import { beginTracking } from '../tracking/session';

export default defineCommand({
  meta: { name: 'collect', hidden: true, description: 'Record the make commands that are over.' },
  async run() {
    closeInherited();
    const env = environment();
    const project = here();
    const session = beginTracking(project, env);
    if (!session) {
      // make believed that it was on (somebody edited the lock): what it wrote down is nobody's.
      removeRuns(project);
      removeReports(project);
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
