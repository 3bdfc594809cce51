// collect: what make/track starts when a command is over. Not for people, so it is not listed.

import { defineCommand } from 'citty';
import { leaveAtDeadline, quietly } from '../process/deadline';
import { closeInherited } from '../process/descriptors';
import { environment, hereQuietly } from '../process/invocation';
import { honourDiscard } from '../record/discard';
import { splitGoals } from '../spool/runs';
import { emptySpool } from '../spool/spool';
import { collect } from '../tracking/collect';
import { beginTracking } from '../tracking/session';

export default defineCommand({
  meta: { name: 'collect', hidden: true, description: 'Record the make commands that are over.' },
  args: {
    detached: {
      type: 'boolean',
      description: 'Nobody waits for it: stay a moment, for the next command of a loop',
    },
  },
  async run({ args }) {
    closeInherited();
    const env = environment();
    const project = hereQuietly();
    if (!project) return;
    const session = beginTracking(project, env);
    if (!session) {
      // make believed that it was on (somebody edited the lock): discard what it noted.
      emptySpool(project);
      await honourDiscard(project).catch(() => false);
      return;
    }
    leaveAtDeadline(session);
    const goals = env.ONRAMP_ANALYTICS_GOALS;
    const own =
      goals === undefined
        ? undefined
        : { goals: splitGoals(goals), succeeded: env.ONRAMP_ANALYTICS_STATUS === '0' };
    await quietly(
      session,
      async () => void (await collect(session, { own, lingers: args.detached === true })),
    );
  },
});
