// clear: deletes the local record.

import { defineCommand } from 'citty';
import { say } from '../output';
import { here } from '../process/invocation';
import { clearRecord } from '../record/clear';
import { checkClearable } from '../record/problem';
import { confirm } from '../terminal/confirm';

const QUESTION =
  'Delete everything that is recorded on this machine? What waits to be sent is dropped, too.';

export default defineCommand({
  meta: {
    name: 'clear',
    description: 'Delete the local record, what waits to be sent included. Asks first.',
    examples: ['clear', 'clear --yes'],
  },
  args: { yes: { type: 'boolean', description: 'Do it without asking' } },
  async run({ args }) {
    const project = here();
    checkClearable(project); // Not after somebody has said yes.
    if (!confirm(QUESTION, args.yes === true)) return say('Nothing was deleted.');
    const { events, waited } = await clearRecord(project);
    if (events === 0) return say('There was no event in the record.');
    const also =
      waited === 0 ? '' : ` ${waited} of them waited to be sent, and will not be sent any more.`;
    say(`${events} event(s) deleted.${also}`);
    say('What had been sent before is still there: `make analytics-forget` asks to delete that.');
  },
});
