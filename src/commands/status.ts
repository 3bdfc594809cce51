// status: is it on, who decided, what waits, and how the last delivery went.
//
// It shows everything that it can: a wrong setting is a row like the others, and exit status 1.

import { defineCommand } from 'citty';
import { type Consent, decide, type Mode } from '../consent/consent';
import { ProxyError, proxyFor } from '../delivery/proxy';
import { isPaused, type LastAttempt, readDeliveryState } from '../delivery/state';
import type { Environment } from '../environment';
import { EXIT } from '../errors';
import { VERSION } from '../generated';
import { namesInWords } from '../host/names';
import { type BeyondLimits, beyondLimitsInWords, readBeyondLimits } from '../journal/beyond-limits';
import { say, sayJson } from '../output';
import { environment, here } from '../process/invocation';
import { recordProblem } from '../record/problem';
import { waitingIn } from '../record/waiting';
import { inspectSettings, type SenderName } from '../settings';
import { readState } from '../state/state';
import { twoColumns } from '../terminal/layout';
import { printable } from '../terminal/printable';
import { lookOfStdout } from '../terminal/terminal';

/** `status --json`. Keys are added, never renamed or removed, while `schema` is 1. */
export interface Status {
  schema: 1;
  version: string;
  mode: Mode;
  decided_by: Consent['decidedBy'];
  /** False when the decider's value is not a word that is known; it then means off. */
  understood: boolean;
  id: string | null;
  /** Null when the setting is wrong: see `problem`. */
  sender: SenderName | null;
  host: string | null;
  key_set: boolean;
  /** Everything that waits, wherever it is. */
  waiting: number;
  last_delivery: LastAttempt | null;
  /** ISO 8601, when delivery pauses after failures; else null. */
  paused_until: string | null;
  lock: string;
  record: string;
  /** Which setting the key is from; null without one. */
  key_from: string | null;
  /** Events that are recorded, and not sent. */
  waiting_in_journal: number;
  /** Commands and reports that nobody has recorded yet. */
  waiting_in_spool: number;
  /** What was not recorded, as there was too much of it; null when there is nothing. */
  beyond_limits: BeyondLimits | null;
  /** What is wrong: a setting, the proxy, or a record that cannot be written; else null. */
  problem: string | null;
}

/** Why a proxy that is set keeps everything from being sent. */
function proxyProblem(host: string | undefined, env: Environment): string | undefined {
  if (!host?.startsWith('https:')) return undefined;
  try {
    proxyFor(new URL(host), env);
    return undefined;
  } catch (error) {
    if (error instanceof ProxyError) return `${error.code}: nothing is sent.`;
    throw error;
  }
}

/** The status, and what only people are told. */
interface Current {
  readonly status: Status;
  /** Where a key stands that may be the application's own. */
  readonly foreignKey: string | undefined;
  /** What was not recorded, as a sentence; empty when there is nothing. */
  readonly beyond: string;
  /** Why names are not recorded, as a sentence; empty when they are, or when analytics is off. */
  readonly unnamed: string;
}

/** Puts the status together. @throws UserError when the lock cannot be understood. */
function currentStatus(): Current {
  const project = here();
  const env = environment();
  const state = readState(project);
  const consent = decide(env, state.enabled);
  const { settings, problems, foreignKey } = inspectSettings(project.root, env);
  const delivery = readDeliveryState(project);
  const waiting = waitingIn(project, delivery);
  const wrong = [
    ...problems.map(({ message }) => message),
    proxyProblem(settings.host, env),
    consent.mode === 'off' ? undefined : recordProblem(project),
  ].filter((problem) => problem !== undefined);
  const status: Status = {
    schema: 1,
    version: VERSION,
    mode: consent.mode,
    decided_by: consent.decidedBy,
    understood: consent.understood,
    id: state.id ?? null,
    sender: settings.sender ?? null,
    host: settings.host ?? null,
    key_set: settings.key !== undefined,
    waiting: waiting.journal + waiting.spool,
    last_delivery: delivery.last,
    paused_until: isPaused(delivery, Date.now())
      ? new Date(delivery.retryAtMs).toISOString()
      : null,
    lock: project.lock,
    record: project.record,
    key_from: settings.keyFrom ?? null,
    waiting_in_journal: waiting.journal,
    waiting_in_spool: waiting.spool,
    beyond_limits: readBeyondLimits(project) ?? null,
    problem: wrong.length > 0 ? wrong.join(' ') : null,
  };
  const unnamed = consent.mode === 'off' ? '' : namesInWords(project.root);
  return { status, foreignKey, beyond: beyondLimitsInWords(project), unnamed };
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

function keyLine({ key_from, sender }: Status, foreignKey: string | undefined): string {
  if (key_from !== null) return `set (${key_from})`;
  if (sender !== 'posthog') return 'not set';
  if (foreignKey) {
    return `not set: events wait. ${foreignKey} may be the application's own; ours is ONRAMP_ANALYTICS_API_KEY`;
  }
  return 'not set: events wait. Set ONRAMP_ANALYTICS_API_KEY in the environment or in .env';
}

function waitingLine({ waiting, waiting_in_spool: unrecorded }: Status): string {
  const also = unrecorded === 0 ? '' : `, ${unrecorded} of which not recorded yet`;
  return `${waiting} event(s)${also}`;
}

function lastLine({ last_delivery: last, paused_until }: Status): string {
  if (!last) return 'none yet';
  const detail = last.detail ? ` (${last.detail})` : '';
  const pause = paused_until ? `; next try at ${paused_until}` : '';
  return `${last.outcome}, ${last.events} event(s) at ${last.at}${detail}${pause}`;
}

/** The status for people. Values come from files and the environment: none of them acts. */
function table({ status, foreignKey, beyond, unnamed }: Current, columns: number): string {
  const wrong = 'not usable, see below';
  const rows: (readonly [string, string])[] = [
    ['Analytics', MODES[status.mode]],
    ['Decided by', decider(status)],
    ['Anonymous id', status.id ?? 'none yet'],
    ['Sender', status.sender ?? wrong],
    ['Host', status.host ?? wrong],
    ['API key', keyLine(status, foreignKey)],
    ['Waiting', waitingLine(status)],
    ['Last delivery', lastLine(status)],
    ['State', status.lock],
    ['Record', status.record],
  ];
  if (unnamed !== '') rows.push(['Names', unnamed]);
  if (beyond !== '') rows.push(['Left out', beyond]);
  if (status.problem !== null) rows.push(['Problem', status.problem]);
  return twoColumns(
    rows.map(([name, value]) => [`${name}:`, printable(value)] as const),
    { columns },
  ).join('\n');
}

export default defineCommand({
  meta: {
    name: 'status',
    description: 'Show whether analytics is on, who decided that, and what waits to be sent.',
    examples: ['status', 'status --json'],
  },
  args: { json: { type: 'boolean', description: 'Print JSON (documented, stable)' } },
  run({ args }) {
    const current = currentStatus();
    const { status } = current;
    if (args.json) sayJson(status);
    else say(table(current, lookOfStdout(environment()).columns));
    return status.problem === null ? EXIT.ok : EXIT.failed;
  },
});
