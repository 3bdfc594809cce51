// Where the key and the host of the server come from: the first of these that has one, each by itself.
//
// | source                                   | names                        | who sets it             |
// | ---------------------------------------- | ---------------------------- | ----------------------- |
// | 1. the environment                       | ONRAMP_ANALYTICS_API_KEY     | a person, or CI         |
// | 2. the environment                       | POSTHOG_API_KEY              | as in 1.0.0             |
// | 3. the env files                         | ONRAMP_ANALYTICS_API_KEY     | a person                |
// | 4. `.onramp/settings`                    | ANALYTICS_API_KEY            | the project, committed  |
// | 5. the env files, if they are ours       | POSTHOG_API_KEY              | as in 1.0.0             |
//
// and likewise ONRAMP_ANALYTICS_HOST, POSTHOG_HOST, ANALYTICS_HOST. The env files are those that
// ANALYTICS_ENV_FILES in `.onramp/settings` names, else `.env` and `services-enabled/.env`. In 5 they
// are ours where the project named them, or where it looks like OnRamp (it has services-enabled/ or
// services-available/): in any other project a POSTHOG_API_KEY in `.env` is the application's own, and
// usage must not get into its data.

import { existsSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { parse as parseEnv } from 'dotenv';
import { readRegular } from './files/regular';
import { SETTINGS_FILE, type Values } from './host/settings';
import { ENV_FILE_MAX_BYTES } from './limits';

const DEFAULT_ENV_FILES = ['.env', 'services-enabled/.env'];
const ONRAMP_MARKS = ['services-enabled', 'services-available'];

function readEnvFile(root: string, file: string): Values {
  try {
    const path = isAbsolute(file) ? file : join(root, file);
    const stat = statSync(path);
    // A pipe (some password managers make .env one) might never end.
    if (!stat.isFile() || stat.size > ENV_FILE_MAX_BYTES) return {};
    return parseEnv(readRegular(path));
  } catch {
    return {}; // Not there, or not ours to read.
  }
}

/** The slash at the end: only a folder has one. Never throws. */
const isFolder = (path: string) => existsSync(`${path}/`);

/** A value, and where it stands. */
export interface Sourced {
  readonly value: string;
  readonly from: string;
}

/**
 * How to find a key or a host, for the project at `root` whose own settings are `own`: the table at the
 * top of this file. The env files are read when they are first asked.
 */
export function sourcesOf(root: string, env: Values, own: Values) {
  const named = own.ANALYTICS_ENV_FILES?.split(/\s+/).filter(Boolean);
  const files = named ?? DEFAULT_ENV_FILES;
  let read: { file: string; values: Values }[] | undefined;
  const inFiles = (name: string): Sourced | undefined => {
    read ??= files.map((file) => ({ file, values: readEnvFile(root, file) }));
    for (const { file, values } of read) {
      const value = values[name];
      if (value) return { value, from: `${name} in ${file}` };
    }
    return undefined;
  };
  const inEnvironment = (name: string): Sourced | undefined => {
    const value = env[name];
    return value?.trim() ? { value, from: name } : undefined;
  };
  const isOurs = () =>
    named !== undefined || ONRAMP_MARKS.some((mark) => isFolder(join(root, mark)));
  const find = (suffix: 'API_KEY' | 'HOST'): Sourced | undefined => {
    const mine = `ONRAMP_ANALYTICS_${suffix}`;
    const posthog = `POSTHOG_${suffix}`;
    const projects = own[`ANALYTICS_${suffix}`];
    return (
      inEnvironment(mine) ??
      inEnvironment(posthog) ??
      inFiles(mine) ??
      (projects
        ? { value: projects, from: `ANALYTICS_${suffix} in ${SETTINGS_FILE}` }
        : undefined) ??
      (isOurs() ? inFiles(posthog) : undefined)
    );
  };
  /** Where a key stands that 5 leaves alone, in words: somebody may have meant it for us. */
  const foreignKey = () => (isOurs() ? undefined : inFiles('POSTHOG_API_KEY')?.from);
  return { find, foreignKey };
}
