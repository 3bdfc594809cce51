// What people can set: where each setting comes from, its default, and the rule it must obey.

import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { parse as parseEnv } from 'dotenv';
import { UserError } from './errors';
import { DEADLINE_MS, ENV_FILE_MAX_BYTES } from './limits';

/** The environment, or the part of it that somebody wants to try out. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The ways to send. `none` keeps everything here, as `local` does, but by configuration. */
export const SENDERS = ['posthog', 'http', 'console', 'none'] as const;
export type SenderName = (typeof SENDERS)[number];

/** Where events go unless a project or a person says otherwise. */
export const DEFAULT_HOST = 'https://us.i.posthog.com';

/** The host project's files that may hold the key, first match wins; analytics.mk can change it. */
export const DEFAULT_ENV_FILES = ['.env', 'services-enabled/.env'] as const;

/** The only names that are taken from those files. */
const FROM_ENV_FILES = ['POSTHOG_API_KEY', 'POSTHOG_HOST'] as const;

/** Every setting of delivery, checked. */
export interface Settings {
  readonly sender: SenderName;
  readonly key: string | undefined;
  readonly host: string;
  readonly deadlineMs: number;
  readonly debug: boolean;
}

function fromEnvFiles(root: string, files: readonly string[]): Partial<Record<string, string>> {
  const found: Partial<Record<string, string>> = {};
  for (const file of files) {
    let values: Record<string, string>;
    try {
      const path = isAbsolute(file) ? file : join(root, file);
      const stat = statSync(path);
      // A pipe (some password managers make .env one) might never end.
      if (!stat.isFile() || stat.size > ENV_FILE_MAX_BYTES) continue;
      values = parseEnv(readFileSync(path));
    } catch {
      continue; // Not there, or not ours to read.
    }
    for (const name of FROM_ENV_FILES) found[name] ??= values[name] || undefined;
  }
  return found;
}

const LOOPBACK = /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

function checkHost(value: string, allowedHttp: string): string {
  const rule =
    'It must be an https:// URL without user name, query or fragment. ' +
    'Plain http:// is for this machine only, unless ONRAMP_ANALYTICS_ALLOW_HTTP names the host.';
  const shown = value.replace(/\/\/[^/]*@/, '//…@');
  const bad = () => new UserError(`POSTHOG_HOST is "${shown}". ${rule}`);
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    throw bad();
  }
  const plainAllowed =
    LOOPBACK.test(url.hostname) || allowedHttp.split(/[\s,]+/).includes(url.hostname);
  const schemeOk = url.protocol === 'https:' || (url.protocol === 'http:' && plainAllowed);
  if (!schemeOk || url.username || url.password || url.search || url.hash) throw bad();
  return value.replace(/\/+$/, '');
}

function checkDeadline(value: string | undefined): number {
  if (!value) return DEADLINE_MS.default;
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= DEADLINE_MS.min && number <= DEADLINE_MS.max) return number;
  throw new UserError(
    `ONRAMP_ANALYTICS_TIMEOUT_MS is "${value}". ` +
      `It must be a whole number of milliseconds from ${DEADLINE_MS.min} to ${DEADLINE_MS.max}.`,
  );
}

function checkSender(value: string | undefined): SenderName {
  if (!value) return 'posthog';
  if ((SENDERS as readonly string[]).includes(value)) return value as SenderName;
  throw new UserError(
    `ONRAMP_ANALYTICS_SENDER is "${value}". It must be one of: ${SENDERS.join(', ')}.`,
  );
}

/**
 * Reads and checks every setting of delivery: the environment first, then, for key and host only,
 * the host project's env files.
 * @throws UserError with the value and the rule it breaks.
 */
export function readSettings(root: string, env: Environment): Settings {
  const files = env.ONRAMP_ANALYTICS_ENV_FILES?.split(/\s+/).filter(Boolean) ?? DEFAULT_ENV_FILES;
  const fallback = fromEnvFiles(root, files);
  return {
    sender: checkSender(env.ONRAMP_ANALYTICS_SENDER),
    key: env.POSTHOG_API_KEY || fallback.POSTHOG_API_KEY,
    host: checkHost(
      env.POSTHOG_HOST || fallback.POSTHOG_HOST || DEFAULT_HOST,
      env.ONRAMP_ANALYTICS_ALLOW_HTTP ?? '',
    ),
    deadlineMs: checkDeadline(env.ONRAMP_ANALYTICS_TIMEOUT_MS),
    debug: env.ONRAMP_ANALYTICS_DEBUG === '1',
  };
}

/** Whether this runs in CI: `CI` is set to anything but empty, `0` or `false`. */
export function isCi(env: Environment): boolean {
  return !['', '0', 'false'].includes((env.CI ?? '').toLowerCase());
}

/** Where make keeps what the host project declares; variables of analytics.mk. */
export function declarationFolders(env: Environment) {
  return {
    services: env.ONRAMP_ANALYTICS_SERVICES || 'services-available',
    overrides: env.ONRAMP_ANALYTICS_OVERRIDES || 'overrides-available',
    scaffolds: env.ONRAMP_ANALYTICS_SCAFFOLDS || 'services-scaffold',
  };
}
