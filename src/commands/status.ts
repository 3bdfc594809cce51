// status: is it on, who decided, what waits, and how the last delivery went.

import { defineCommand } from 'citty';
import { type Consent, decide, type Mode } from '../consent/consent';
import { countWaiting, isPaused, type LastAttempt, readDeliveryState } from '../delivery/state';
import { VERSION } from '../generated';
import { say, sayJson } from '../output';
import { environment, here } from '../process/invocation';
import { readSettings, type SenderName } from '../settings';
import { readState } from '../state/state';

/** `status --json`. Keys are added, never renamed or removed, while `schema` is 1. */
export interface Status {
  schema: 1;
  version: string;
  mode: Mode;
  decided_by: Consent['decidedBy'];
  /** False when the decider's value is not a word that is known; it then means off. */
  understood: boolean;
  id: string | null;
  sender: SenderName;
  host: string;
  key_set: boolean;
  waiting: number;
  last_delivery: LastAttempt | null;
  /** ISO 8601, when delivery pauses after failures; else null. */
  paused_until: string | null;
  lock: string;
  record: string;
}

/** Puts the status together. @throws UserError when the lock or a setting is wrong. */
function currentStatus(): Status {
  const project = here();
  const env = environment();
  const state = readState(project);
  const consent = decide(env, state.enabled);
  const settings = readSettings(project.root, env);
  const delivery = readDeliveryState(project);
  return {
    schema: 1,
    version: VERSION,
    mode: consent.mode,
    decided_by: consent.decidedBy,
    understood: consent.understood,
    id: state.id ?? null,
    sender: settings.sender,
    host: settings.host,
    key_set: settings.key !== undefined,
    waiting: countWaiting(project, delivery),
    last_delivery: delivery.last,
    paused_until: isPaused(delivery, Date.now())
      ? new Date(delivery.retryAtMs).toISOString()
      : null,
    lock: project.lock,
    record: project.record,
  };
}

const MODES: Record<Mode, string> = {
  off: 'off (nothing is recorded, nothing is sent)',
  local: 'local (recorded on this machine, nothing is sent)',
  on: 'on',
};

function decider({ decided_by, understood }: Status): string {
  const where =
    decided_by === 'default'
      ? 'the default: nobody turned it on'
      : decided_by === 'ANALYTICS_ENABLED'
        ? 'ANALYTICS_ENABLED in onramp.lock'
        : `${decided_by} in the environment`;
  return understood ? where : `${where}, whose value is not understood (1, 0 or local), so: off`;
}

function keyLine({ key_set, sender }: Status): string {
  if (key_set) return 'set';
  if (sender !== 'posthog') return 'not set';
  return 'not set: events wait. Set POSTHOG_API_KEY in the environment or in .env';
}

function lastLine({ last_delivery: last, paused_until }: Status): string {
  if (!last) return 'none yet';
  const detail = last.detail ? ` (${last.detail})` : '';
  const pause = paused_until ? `; next try at ${paused_until}` : '';
  return `${last.outcome}, ${last.events} event(s) at ${last.at}${detail}${pause}`;
}

function table(status: Status): string {
  const rows = [
    ['Analytics', MODES[status.mode]],
    ['Decided by', decider(status)],
    ['Anonymous id', status.id ?? 'none yet'],
    ['Sender', status.sender],
    ['Host', status.host],
    ['API key', keyLine(status)],
    ['Waiting', `${status.waiting} event(s)`],
    ['Last delivery', lastLine(status)],
    ['State', status.lock],
    ['Record', status.record],
  ] as const;
  return rows.map(([name, value]) => `${`${name}:`.padEnd(15)}${value}`).join('\n');
}

export default defineCommand({
  meta: {
    name: 'status',
    description: 'Show whether analytics is on, who decided that, and what waits to be sent.',
  },
  args: { json: { type: 'boolean', description: 'Print JSON (documented, stable)' } },
  run({ args }) {
    const status = currentStatus();
    if (args.json) sayJson(status);
    else say(table(status));
  },
});
