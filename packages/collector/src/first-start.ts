// What the first start makes: a project, an admin token, the secret of sessions.

import { isLoopback } from '../../schema/src/loopback.ts';
import { newSecret } from './admin/auth.ts';
import { type Config, UserError } from './config.ts';
import type { Store } from './store/store.ts';
import { hashToken, newToken } from './store/tokens.ts';

/** Tokens that a first start makes: only their hashes are kept. */
export interface MadeTokens {
  readonly projectToken?: string;
  readonly adminToken?: string;
}

/**
 * The first start makes a project and an admin token; what it makes is shown before it is kept.
 * @throws UserError without an admin token where others can reach it
 */
export async function setUp(
  store: Store,
  config: Config,
  nowMs: number,
  show: (made: MadeTokens) => void,
): Promise<void> {
  const { settings, projects } = store;
  const hasToken =
    config.adminToken !== undefined || (await settings.get('admin_token_hash')) !== undefined;
  if (!hasToken && !isLoopback(config.host)) {
    throw new UserError(
      `there is no admin token, and ${config.host} can be reached by others: anybody could read and erase everything. Set COLLECTOR_ADMIN_TOKEN`,
    );
  }
  const adminToken = hasToken ? undefined : newToken('admin');
  const isFirst = projects.list().length === 0;
  const projectToken = isFirst ? (config.projectToken ?? newToken('write')) : undefined;
  show({ ...(projectToken && { projectToken }), ...(adminToken && { adminToken }) });
  if (adminToken) await settings.set('admin_token_hash', hashToken(adminToken));
  if ((await settings.get('session_secret')) === undefined) {
    await settings.set('session_secret', newSecret());
  }
  if (projectToken) {
    const { project: name, projectKind: kind, retentionDays } = config;
    await projects.create({ name, kind, retentionDays, token: projectToken }, nowMs);
  }
}
