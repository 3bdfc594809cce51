// disable: turns analytics off. When it returns, nothing is sent any more and nothing waits.

import { defineCommand } from 'citty';
import { DROPPED, dropWaiting } from '../delivery/deliver';
import { DEADLINE_MS } from '../limits';
import { say } from '../output';
import { readSettings } from '../settings';
import { changeState } from '../state/change';
import { mirrorMode } from '../state/mirror';
import { KEYS } from '../state/state';
import { environment, here } from './context';

/** A delivery under way ends at its own deadline: wait for that, and a little more. */
export function waitForDeliveryMs(): number {
  let deadlineMs: number = DEADLINE_MS.default;
  try {
    deadlineMs = readSettings(here().root, environment()).deadlineMs;
  } catch {
    // A wrong setting must not keep anybody from turning this off.
  }
  return deadlineMs + 1_000;
}

export default defineCommand({
  meta: {
    name: 'disable',
    description: 'Turn analytics off, and throw away whatever waits to be sent.',
  },
  async run() {
    const project = here();
    await changeState(project, () => ({ [KEYS.enabled]: '0' }));
    mirrorMode(project, 'off');
    const dropped = await dropWaiting(project, DROPPED.disabled, waitForDeliveryMs());
    const waited = dropped === 0 ? '' : ` ${dropped} waiting event(s) were thrown away.`;
    say(`Analytics is off. Nothing is recorded and nothing is sent.${waited}`);
  },
});
