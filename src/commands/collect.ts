// collect: what make/track.sh starts when a command is over. Not for people, so it is not listed.

import { defineCommand } from 'citty';
import { collect } from '../collecting';
import { forgetInbox } from '../host/inbox';
import { forgetRuns, splitGoals } from '../host/runs';
import { NOTICE } from '../notice';
import { warn } from '../output';
import { beginTracking, type Session } from '../session';
import { changeState } from '../state/change';
import { KEYS } from '../state/state';
import { environment, here } from './context';
import { leaveAtDeadline, quietly } from './deadline';
import { closeInherited } from './descriptors';

/** Shows the notice once, where it can be remembered that it was shown. */
async function showNotice({ project, state, consent }: Session): Promise<void> {
  if (state.noticeShown || consent.mode !== 'on') return;
  if (consent.decidedBy !== 'ONRAMP_ANALYTICS_ENABLED') return;
  let isFirst = false;
  try {
    await changeState(project, (now) => {
      isFirst = !now.noticeShown;
      return isFirst ? { [KEYS.notice]: '1' } : {};
    });
  } catch {
    return;
  }
  if (isFirst) warn(NOTICE);
}

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
    await quietly(session, () => showNotice(session));
    const goals = env.ONRAMP_ANALYTICS_GOALS;
    const own =
      goals === undefined
        ? undefined
        : { goals: splitGoals(goals), succeeded: env.ONRAMP_ANALYTICS_STATUS === '0' };
    await quietly(session, () => collect(session, { own }));
  },
});
