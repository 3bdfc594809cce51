// track: records one event and delivers what waits, within the deadline.

import { defineCommand } from 'citty';
import type { EventName } from '../catalogue/catalogue';
import { validate } from '../catalogue/validate';
import { EXIT, UserError } from '../errors';
import { leaveAtDeadline, quietly } from '../process/deadline';
import { environment, here } from '../process/invocation';
import { parsePairs } from '../spool/reports';
import { beginTracking, type Session } from '../tracking/session';
import { trackEvent } from '../tracking/track';

/** Begins, without a word where there is nothing to begin in: a recipe must not fail for it. */
function begin(): Session | undefined {
  try {
    return beginTracking(here(), environment());
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

export default defineCommand({
  meta: {
    name: 'track',
    description: 'Record an event, and send what waits. Does nothing when analytics is off.',
    examples: ['track service_started service_name=plex'],
  },
  args: {
    event: { type: 'positional', description: 'The event, as `events` lists them' },
    properties: {
      type: 'positional',
      required: false,
      description: 'Its properties',
      valueHint: 'KEY=VALUE…',
    },
  },
  async run({ args }) {
    const [event = '', ...pairs] = args._;
    const checked = validate(event, parsePairs(pairs));
    if (!checked.ok) {
      const name = /^[a-z_]{1,40}$/.test(event) ? ` ${event}` : '';
      throw new UserError(
        `Cannot track${name}: ${checked.problem} Nothing was recorded.`,
        EXIT.usage,
      );
    }
    const session = begin();
    if (!session) return;
    leaveAtDeadline(session);
    const { properties } = checked;
    await quietly(session, () => trackEvent(session, { event: event as EventName, properties }));
  },
});
