// Where a collector listens: whether it can, why it cannot, and what its address is.

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { type Config, UserError } from './config.ts';

/**
 * Nothing is made where nobody can listen: the tokens of a first start are shown once, when it has started.
 * @throws UserError
 */
export async function checkAddress(config: Config): Promise<void> {
  if (config.port === 0) return;
  const probe = createServer();
  try {
    const { host, port } = config;
    await once(probe.listen({ host, port }), 'listening');
  } catch (error) {
    throw cannotListen(error, config) ?? error;
  } finally {
    probe.close();
  }
}

/** Why it cannot listen, and what to do; undefined: the error is about something else. */
export function cannotListen(error: unknown, { host, port }: Config): UserError | undefined {
  const { code } = error as { code?: string };
  if (code === 'EADDRINUSE') {
    return new UserError(
      `port ${port} is in use. Stop what uses it, or choose another with COLLECTOR_PORT`,
    );
  }
  if (code !== 'EADDRNOTAVAIL' && code !== 'EACCES') return undefined;
  const why =
    code === 'EACCES'
      ? 'ports below 1024 are for root. Choose another with COLLECTOR_PORT, and put a reverse proxy in front'
      : 'this machine has no such address. Set COLLECTOR_HOST to one that it has';
  return new UserError(`cannot listen on ${host}:${port} (${code}): ${why}`);
}

/** The address of a server that listens. */
export function urlOf(app: FastifyInstance): string {
  const { address, port, family } = app.server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
