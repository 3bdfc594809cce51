// show-id: the anonymous id, as it is sent.

import { defineCommand } from 'citty';
import { UserError } from '../errors';
import { say } from '../output';
import { here } from '../process/invocation';
import { readState } from '../state/state';

export default defineCommand({
  meta: { name: 'show-id', description: 'Print the anonymous id, as it is sent.' },
  run() {
    const { id } = readState(here());
    if (!id) {
      throw new UserError('There is no anonymous id yet. `make analytics-enable` makes one.');
    }
    say(id);
  },
});
