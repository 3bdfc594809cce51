// show-id: the anonymous id, as it is sent.

import { defineCommand } from 'citty';
import { keepCompiled } from '../bundle/bundle';
import { decide } from '../consent/consent';
import { UserError } from '../errors';
import { say } from '../output';
import { readState } from '../state/state';
import { environment, here } from './context';

export default defineCommand({
  meta: { name: 'show-id', description: 'Print the anonymous id, as it is sent.' },
  run() {
    const { id, enabled } = readState(here());
    if (decide(environment(), enabled).mode !== 'off') keepCompiled();
    if (!id) {
      throw new UserError('There is no anonymous id yet. `make analytics-enable` makes one.');
    }
    say(id);
  },
});
