// What people can set about delivery: the default of each setting, and the rule that it must obey.
//
// Key and host come from the places that source.ts lists; everything else from the environment alone.

import { isLoopback } from '../packages/schema/src/loopback';
import type { Environment } from './environment';
import { UserError } from './errors';
import { hostSettings } from './host/settings';
import { DEADLINE_MS } from './limits';
import { type Sourced, sourcesOf } from './source';
import { printable } from './terminal/printable';

/** The ways to send. `none` keeps everything here, as `local` does, but by configuration. */
export const SENDERS = ['posthog', 'http', 'console', 'none'] as const;
export type SenderName = (typeof SENDERS)[number];

/** Where events go unless a project or a person says otherwise. */
const DEFAULT_HOST = 'https://us.i.posthog.com';

/** Every setting of delivery, checked. */
export interface Settings {
  readonly sender: SenderName;
  readonly key: string | undefined;
  /** Where the key stands, in words: `POSTHOG_API_KEY in .env`. */
  readonly keyFrom: string | undefined;
  readonly host: string;
  readonly deadlineMs: number;
  readonly debug: boolean;
}

/** The settings as far as they can be used, and what is wrong with the others. */
export interface Inspection {
  readonly settings: Omit<Settings, 'sender' | 'host'> & {
    /** Undefined when it is wrong. */
    readonly sender: SenderName | undefined;
    readonly host: string | undefined;
  };
  readonly problems: readonly UserError[];
  /** Where a key stands that is not taken, because it may be the application's own. */
  readonly foreignKey: string | undefined;
}

function checkHost({ value, from }: Sourced, allowedHttp: string): string {
  const rule =
    'It must be an https:// URL without user name, query or fragment. ' +
    'Plain http:// is for this machine only, unless ONRAMP_ANALYTICS_ALLOW_HTTP names the host.';
  const shown = printable(value.replace(/\/\/[^/]*@/, '//…@'));
  const bad = () => new UserError(`${from} is "${shown}". ${rule}`);
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    throw bad();
  }
  const plainAllowed =
    isLoopback(url.hostname) || allowedHttp.split(/[\s,]+/).includes(url.hostname);
  const schemeOk = url.protocol === 'https:' || (url.protocol === 'http:' && plainAllowed);
  // A URL may hold tabs, newlines and the like, which a parser drops and a terminal obeys.
  const isClean = printable(value) === value && value.trim() === value;
  if (!schemeOk || !isClean || url.username || url.password || url.search || url.hash) throw bad();
  return value.replace(/\/+$/, '');
}

function checkDeadline(value: string | undefined): number {
  if (!value) return DEADLINE_MS.default;
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= DEADLINE_MS.min && number <= DEADLINE_MS.max) return number;
  throw new UserError(
    `ONRAMP_ANALYTICS_TIMEOUT_MS is "${printable(value)}". ` +
      `It must be a whole number of milliseconds from ${DEADLINE_MS.min} to ${DEADLINE_MS.max}.`,
  );
}

function checkSender(value: string | undefined): SenderName {
  if (!value) return 'posthog';
  if ((SENDERS as readonly string[]).includes(value)) return value as SenderName;
  throw new UserError(
    `ONRAMP_ANALYTICS_SENDER is "${printable(value)}". It must be one of: ${SENDERS.join(', ')}.`,
  );
}

/** Reads every setting of delivery, as far as it can be used. Never throws for a wrong one. */
export function inspectSettings(root: string, env: Environment): Inspection {
  const problems: UserError[] = [];
  function attempt<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error);
      return undefined;
    }
  }
  const own = attempt(() => hostSettings(root)) ?? {};
  const { find, foreignKey } = sourcesOf(root, env, own);
  const key = find('API_KEY');
  const host = find('HOST') ?? { value: DEFAULT_HOST, from: 'the default' };
  const settings = {
    sender: attempt(() => checkSender(env.ONRAMP_ANALYTICS_SENDER)),
    key: key?.value,
    keyFrom: key?.from,
    host: attempt(() => checkHost(host, env.ONRAMP_ANALYTICS_ALLOW_HTTP ?? '')),
    deadlineMs:
      attempt(() => checkDeadline(env.ONRAMP_ANALYTICS_TIMEOUT_MS)) ?? DEADLINE_MS.default,
    debug: isDebug(env),
  };
  return { settings, problems, foreignKey: key ? undefined : foreignKey() };
}

/**
 * Reads and checks every setting of delivery.
 * @throws UserError with the value and the rule it breaks.
 */
export function readSettings(root: string, env: Environment): Settings {
  const { settings, problems } = inspectSettings(root, env);
  const { sender, host } = settings;
  if (problems[0] || sender === undefined || host === undefined) throw problems[0];
  return { ...settings, sender, host };
}

/** The deadline, also where another setting is wrong; the default where it is wrong itself. */
export function readDeadline(env: Environment): number {
  try {
    return checkDeadline(env.ONRAMP_ANALYTICS_TIMEOUT_MS);
  } catch {
    return DEADLINE_MS.default;
  }
}

/** Whether somebody looks for a defect: ONRAMP_ANALYTICS_DEBUG=1. */
export function isDebug(env: Environment): boolean {
  return env.ONRAMP_ANALYTICS_DEBUG === '1';
}

/** Whether this runs in CI: `CI` is set to anything but empty, `0` or `false`. */
export function isCi(env: Environment): boolean {
  return !['', '0', 'false'].includes((env.CI ?? '').toLowerCase());
}
