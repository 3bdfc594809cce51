// disable: turns analytics off. When it returns, nothing is sent any more and nothing waits.

import { defineCommand } from 'citty';
import { DROPPED } from '../delivery/owed';
import { say } from '../output';
import { throwAway } from '../record/throw-away';
import { changeState } from '../state/change';
import { KEYS } from '../state/state';
import { here } from './context';

export default defineCommand({
  meta: {
    name: 'disable',
    description: 'Turn analytics off, and throw away whatever waits to be sent.',
  },
  async run() {
    const project = here();
    await changeState(project, () => ({ [KEYS.enabled]: '0' }));
    const dropped = await throwAway(project, DROPPED.disabled);
    const waited = dropped === 0 ? '' : ` ${dropped} waiting event(s) were thrown away.`;
    say(`Analytics is off. Nothing is recorded and nothing is sent.${waited}`);
  },
});
