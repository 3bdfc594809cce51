// The compiled code in the user's cache folder: helps, and can do no harm.

import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
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
  const folder = () => join(cache, 'onramp-analytics');
  const cached = () => readdirSync(folder()).map((name) => join(folder(), name));

  it('is written once, for the user alone', async () => {
    await track();
    const first = cached().map((file) => statSync(file));
    expect(first.map(({ mode }) => mode & 0o777)).toEqual([0o600, 0o600]);
    expect(statSync(folder()).mode & 0o777).toBe(0o700);
    await track();
    expect(cached().map((file) => statSync(file).mtimeMs)).toEqual(first.map((it) => it.mtimeMs));
    expect(server.requests).toHaveLength(2);
  });

  it('does no harm where Node is run with other flags', async () => {
    await track();
    const { stderr } = await track({ NODE_OPTIONS: '--interpreted-frames-native-stack' });
    expect(stderr).toBe('');
    expect(server.requests).toHaveLength(2);
  });

  it.each<[string, (whole: Buffer) => Buffer | string]>([
    ['is something else', () => 'damaged'],
    ['is empty', () => ''],
    ['lost its second half', (whole) => whole.subarray(0, whole.length / 2)],
    ['lost its last byte', (whole) => whole.subarray(0, -1)],
    ['is all zeros', (whole) => Buffer.alloc(whole.length)],
    ['has a page of zeros', (whole) => Buffer.from(whole).fill(0, 4096, 8192)],
    ['has other bytes in it', (whole) => Buffer.from(whole).fill('x', 100, 200)],
  ])('is made anew when it %s', async (_what, damage) => {
    await track();
    const whole = cached().map((file) => readFileSync(file));
    for (const [index, file] of cached().entries()) writeFileSync(file, damage(whole[index]!));
    expect(await track()).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(server.requests).toHaveLength(2);
    for (const file of cached()) expect(statSync(file).size).toBeGreaterThan(10_000);
  });

  it('is not used when others could have written it', async () => {
    await track();
    for (const file of cached()) {
      writeFileSync(file, 'not used');
      chmodSync(file, 0o666);
    }
    await track();
    expect(server.requests).toHaveLength(2);
  });

  it('is done without where there is no home', async () => {
    await track({ XDG_CACHE_HOME: '', HOME: '' });
    expect(server.requests).toHaveLength(1);
  });

  it.each(['/proc', '/dev/null', '/nonexistent'])(
    'is done without where HOME is %s',
    async (HOME) => {
      expect(await track({ XDG_CACHE_HOME: '', HOME })).toMatchObject({ status: 0, stderr: '' });
      expect(server.requests).toHaveLength(1);
    },
  );

  it('is written by no command while analytics is off', async () => {
    await host.shim(['disable']);
    await track();
    for (const command of ['status', 'show-id', 'flush', 'preview', 'log', 'enable']) {
      await host.shim([command], { XDG_CACHE_HOME: cache, DO_NOT_TRACK: '1' });
    }
    expect(existsSync(cache)).toBe(false);
  });

  it('forgets what no bundle has used for two months', async () => {
    await track();
    const old = join(folder(), 'track-main-0123456789abcdef-v20.0.0-x64.v8');
    writeFileSync(old, 'of a bundle that is gone');
    utimesSync(old, 0, Date.now() / 1000 - 61 * 86_400);
    await host.shim(['status'], { XDG_CACHE_HOME: cache });
    expect(cached().map((file) => basename(file).split('-v')[0])).toEqual([
      expect.stringMatching(/^status-main-/),
      expect.stringMatching(/^track-main-/),
      expect.stringMatching(/^track-often-/),
    ]);
    expect(cached()).not.toContain(old);
  });
});
