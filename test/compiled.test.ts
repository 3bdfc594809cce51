// The compiled client in the user's cache folder: helps, and can do no harm.

import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Host, makeHost } from './support/host';
import { type Server, startServer } from './support/server';

describe('the compile cache', () => {
  let host: Host;
  let server: Server;
  let cache: string;

  beforeEach(async () => {
    [host, server] = await Promise.all([makeHost(), startServer()]);
    cache = join(host.root, '..', 'cache');
    await host.shim(['enable']);
  });
  afterEach(async () => {
    await server.close();
    host.remove();
  });

  const track = (env: Record<string, string> = {}) =>
    host.shim(['track', 'service_started', 'service_name=plex'], {
      POSTHOG_API_KEY: 'phc_test',
      POSTHOG_HOST: server.url,
      XDG_CACHE_HOME: cache,
      ...env,
    });
  const cached = () =>
    join(cache, 'onramp-analytics', readdirSync(join(cache, 'onramp-analytics'))[0]!);

  it('is written once, for the user alone', async () => {
    await track();
    const first = statSync(cached());
    expect(first.mode & 0o777).toBe(0o600);
    await track();
    expect(statSync(cached()).mtimeMs).toBe(first.mtimeMs);
    expect(server.requests).toHaveLength(2);
  });

  it('is made anew when it is damaged', async () => {
    await track();
    writeFileSync(cached(), 'damaged');
    await track();
    expect(server.requests).toHaveLength(2);
    expect(statSync(cached()).size).toBeGreaterThan(1000);
  });

  it('is not used when others could have written it', async () => {
    await track();
    writeFileSync(cached(), 'not used');
    chmodSync(cached(), 0o666);
    await track();
    expect(server.requests).toHaveLength(2);
  });

  it('is done without where there is no home', async () => {
    await track({ XDG_CACHE_HOME: '', HOME: '' });
    expect(server.requests).toHaveLength(1);
  });
});
