// notice: what make/track runs before the first command is recorded, where the environment alone
// turned analytics on. Not for people, so it is not listed.

import { defineCommand } from 'citty';
import { noticeOf } from '../notice';
import { warn } from '../output';
import { leaveAtDeadline, quietly } from '../process/deadline';
import { environment, hereQuietly } from '../process/invocation';
import { changeState } from '../state/change';
import { KEYS } from '../state/state';
import { beginTracking } from '../tracking/session';

export default defineCommand({
  meta: { name: 'notice', hidden: true, description: 'Show the notice, if it was not shown yet.' },
  async run() {
    const project = hereQuietly();
    const session = project && beginTracking(project, environment());
    if (session?.consent.mode !== 'on' || session.state.noticeShown) return;
    if (session.consent.decidedBy !== 'ONRAMP_ANALYTICS_ENABLED') return;
    leaveAtDeadline(session);
    await quietly(session, async () => {
      let isFirst = false; // Of many at the same time, one shows it.
      await changeState(session.project, (now) => {
        isFirst = !now.noticeShown;
        return isFirst ? { [KEYS.notice]: '1' } : {};
      });
      if (isFirst) warn(noticeOf(session.project.root));
    });
  },
});
