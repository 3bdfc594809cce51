// enable: turns analytics on, or on for this machine only.

import { defineCommand } from 'citty';
import { v4 } from 'uuid';
import { decide } from '../consent/consent';
import { DROPPED } from '../delivery/dropped';
import { namesInWords } from '../host/names';
import { noticeOf } from '../notice';
import { print, say } from '../output';
import { environment, here } from '../process/invocation';
import { discardPending, honourDiscard } from '../record/discard';
import { changeState } from '../state/change';
import { KEYS, readState } from '../state/state';
import { wrap } from '../terminal/layout';
import { lookOfStdout } from '../terminal/terminal';

export default defineCommand({
  meta: {
    name: 'enable',
    description: 'Turn analytics on: record events and send them. With --local: record only.',
    examples: ['enable', 'enable --local'],
  },
  args: {
    local: {
      type: 'boolean',
      description: 'Record events on this machine, and send nothing',
    },
  },
  async run({ args }) {
    const project = here();
    const wanted = args.local ? 'local' : 'on';
    const value = args.local ? 'local' : '1';
    let before = readState(project);
    await honourDiscard(project);
    const after = await changeState(project, (now) => {
      before = now; // Of many at the same time, one is the first: only it shows the notice.
      return {
        ...(now.enabled !== value && { [KEYS.enabled]: value }),
        ...(!now.id && { [KEYS.id]: v4() }),
        ...(!args.local && !now.noticeShown && { [KEYS.notice]: '1' }),
      };
    });
    const wasOn = decide({}, before.enabled).mode === 'on';
    // What was recorded under another consent is not sent under this one.
    if (args.local || !wasOn) await discardPending(here(), DROPPED.disabled);
    if (!args.local && !before.noticeShown) print(noticeOf(project.root));
    const consent = decide(environment(), after.enabled);
    if (consent.mode !== wanted) {
      say(
        `Written to ${project.lock}, but ${consent.decidedBy} in the environment decides: ${consent.mode}.`,
      );
    } else if (args.local) {
      say('Analytics is local: events are recorded on this machine, and nothing is sent.');
    } else if (before.noticeShown) {
      say('Analytics is on. `make analytics-status` shows the details.');
    }
    const unnamed = namesInWords(project.root);
    const { columns } = lookOfStdout(environment());
    if (unnamed !== '') say(wrap(`Names are ${unnamed}`, { columns }).join('\n'));
  },
});
