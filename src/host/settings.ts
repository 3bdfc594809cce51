// The host project's own settings, in `.onramp/settings`: key=value lines, committed with the project.
//
// Only the bundle reads them, so they hold as well when it is called by hand. Nothing in them is
// evaluated, and what is not in this list is ignored:
//
//   ANALYTICS_ENV_FILES   the env files that may hold the key (source.ts)
//   ANALYTICS_API_KEY     the project's own key, and the server that it belongs to
//   ANALYTICS_HOST
//   ANALYTICS_SERVICES    what the project calls the folders of its declarations
//   ANALYTICS_OVERRIDES
//   ANALYTICS_SCAFFOLDS
//   ANALYTICS_MORE        where the notice sends people

import { join } from 'node:path';
import { parse as parseEnv } from 'dotenv';
import { reason, systemCode, UserError } from '../errors';
import { readRegular } from '../files/regular';
import { printable } from '../terminal/printable';

/** The file, relative to the project's root. */
export const SETTINGS_FILE = '.onramp/settings';

/** The pairs of a file; a name that it does not have is undefined. */
export type Values = Readonly<Record<string, string | undefined>>;

/** `.onramp/settings`; empty when there is none. @throws UserError when it cannot be read. */
export function hostSettings(root: string): Values {
  const path = join(root, SETTINGS_FILE);
  try {
    return parseEnv(readRegular(path));
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return {};
    throw new UserError(`${path} cannot be read: ${reason(error)}.`);
  }
}

/** The same where it must not fail: what cannot be read says nothing. */
function hostSettingsIfAny(root: string): Values {
  try {
    return hostSettings(root);
  } catch {
    return {};
  }
}

/** A folder as git's index has it. */
const asListed = (folder: string) => folder.replace(/^(\.\/)+/, '').replace(/\/+$/, '');

/** Where the project at `root` keeps what it declares: `.onramp/settings`, or as OnRamp does. */
export function declarationFolders(root: string) {
  const own = hostSettingsIfAny(root);
  return {
    services: asListed(own.ANALYTICS_SERVICES || 'services-available'),
    overrides: asListed(own.ANALYTICS_OVERRIDES || 'overrides-available'),
    scaffolds: asListed(own.ANALYTICS_SCAFFOLDS || 'services-scaffold'),
  };
}

/** Where the notice sends people: what the project names, or the file that `init` put there. */
export function readMoreAt(root: string): string {
  return printable(hostSettingsIfAny(root).ANALYTICS_MORE || '.onramp/README.md');
}
