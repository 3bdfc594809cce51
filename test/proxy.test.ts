// HTTPS_PROXY and NO_PROXY: a real tunnel through a real proxy to a real TLS server.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { proxyFor } from '../src/delivery/proxy';
import type { Host } from './support/host';
import { lockOf, makeProject } from './support/project';
import { startProxy, type TestProxy } from './support/proxy';
import { accept, type Server, startServer } from './support/server';
import { CERTIFICATE } from './support/tls';

const TRACK = ['track', 'service_started', 'service_name=plex'];

let host: Host;
let server: Server;
let proxy: TestProxy;
let env: Record<string, string>;
beforeEach(async () => {
  [host, server] = await Promise.all([makeProject(lockOf('1')), startServer(accept, true)]);
  proxy = await startProxy(server.port);
  const authority = join(host.root, '../authority.pem');
  writeFileSync(authority, CERTIFICATE);
  env = {
    NODE_EXTRA_CA_CERTS: authority,
    POSTHOG_API_KEY: 'k',
    POSTHOG_HOST: server.url,
    ONRAMP_ANALYTICS_TIMEOUT_MS: '10000',
  };
});
afterEach(async () => {
  await Promise.all([proxy.close(), server.close()]);
  host.remove();
});

const lastDelivery = async () =>
  JSON.parse((await host.shim(['status', '--json'], env)).stdout).last_delivery;

describe('without a proxy', () => {
  it('goes straight to the server, over TLS', async () => {
    await host.shim(TRACK, env);
    expect(server.events()).toHaveLength(1);
    expect(proxy.asked).toEqual([]);
  });

  it('sends nothing to a server whose certificate nobody vouches for', async () => {
    const { status, stdout, stderr } = await host.shim(TRACK, { ...env, NODE_EXTRA_CA_CERTS: '' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(server.requests).toEqual([]);
    expect(await lastDelivery()).toMatchObject({
      outcome: 'failed',
      detail: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
  });
});

describe('NODE_TLS_REJECT_UNAUTHORIZED=0', () => {
  const careless = () => ({ ...env, NODE_EXTRA_CA_CERTS: '', NODE_TLS_REJECT_UNAUTHORIZED: '0' });
  const silent = { status: 0, stdout: '', stderr: '' };

  it('opens nothing to a server whose certificate nobody vouches for', async () => {
    const result = await host.shim(TRACK, careless());
    expect(server.requests).toEqual([]);
    expect(result).toMatchObject(silent);
    expect(await lastDelivery()).toMatchObject({ detail: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });

  it('neither behind a proxy', async () => {
    const HTTPS_PROXY = `http://127.0.0.1:${proxy.port}`;
    const result = await host.shim(TRACK, { ...careless(), HTTPS_PROXY });
    expect(proxy.asked).toHaveLength(1);
    expect(server.requests).toEqual([]);
    expect(result).toMatchObject(silent);
    expect(await lastDelivery()).toMatchObject({ detail: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });

  it('nor to a proxy that is asked over TLS: it would get the login', async () => {
    const HTTPS_PROXY = `https://me:secret@localhost:${server.port}`;
    const POSTHOG_HOST = 'https://events.test';
    expect(await host.shim(TRACK, { ...careless(), POSTHOG_HOST, HTTPS_PROXY })).toMatchObject(
      silent,
    );
    expect(await lastDelivery()).toMatchObject({ detail: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });
});

describe('HTTPS_PROXY', () => {
  it.each([
    'socks://127.0.0.1:1080',
    'socks5://127.0.0.1:1080',
    'socks5h://me:secret@127.0.0.1:1080',
    'http://127.0.0.1:99999',
    'http://127.0.0.1:0',
    '127.0.0.1:port',
    'http://',
    'http://me:%zz@127.0.0.1:3128',
    'not a proxy',
  ])('that is not understood (%s) is a failed delivery, and said', async (HTTPS_PROXY) => {
    const silent = { status: 0, stdout: '', stderr: '' };
    expect(await host.shim(TRACK, { ...env, HTTPS_PROXY })).toMatchObject(silent);
    expect(server.requests).toEqual([]);
    const detail = 'HTTPS_PROXY is not the URL of an HTTP proxy';
    expect(await lastDelivery()).toMatchObject({ outcome: 'failed', detail });
    const { status, stdout } = await host.shim(['status', '--json'], { ...env, HTTPS_PROXY });
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      problem: `${detail}: nothing is sent.`,
      waiting: 1,
    });
    expect(stdout).not.toContain('secret');
    // Where NO_PROXY says so, it does not matter.
    await host.shim(['flush'], { ...env, HTTPS_PROXY, NO_PROXY: 'localhost' });
    expect(server.events()).toHaveLength(1);
  });

  it.each(['HTTPS_PROXY', 'https_proxy'])('as %s carries the request', async (name) => {
    // Nobody but the proxy knows where events.test is.
    const POSTHOG_HOST = `https://events.test:${server.port}`;
    await host.shim(TRACK, { ...env, POSTHOG_HOST, [name]: `http://127.0.0.1:${proxy.port}` });
    expect(proxy.asked).toEqual([{ authority: `events.test:${server.port}`, login: undefined }]);
    expect(await lastDelivery()).toMatchObject({ outcome: 'delivered' });
    expect(server.events()).toHaveLength(1);
  });

  it('may be host:port, as curl takes it', async () => {
    const POSTHOG_HOST = `https://events.test:${server.port}`;
    await host.shim(TRACK, { ...env, POSTHOG_HOST, HTTPS_PROXY: `127.0.0.1:${proxy.port}` });
    expect(proxy.asked).toHaveLength(1);
    expect(server.events()).toHaveLength(1);
  });

  it('may carry a login, which the server never sees', async () => {
    const POSTHOG_HOST = `https://events.test:${server.port}`;
    const HTTPS_PROXY = `http://me:p%40ss@127.0.0.1:${proxy.port}`;
    await host.shim(TRACK, { ...env, POSTHOG_HOST, HTTPS_PROXY });
    expect(proxy.asked[0]!.login).toBe('me:p@ss');
    expect(JSON.stringify(server.requests[0]!.headers)).not.toMatch(/proxy|Basic/i);
  });

  it.each(['http://127.0.0.1:1', 'http://[::1]:1'])(
    'that is not there (%s) is a failed delivery, in silence',
    async (HTTPS_PROXY) => {
      expect(await host.shim(TRACK, { ...env, HTTPS_PROXY })).toMatchObject({
        status: 0,
        stdout: '',
        stderr: '',
      });
      expect(server.requests).toEqual([]);
      expect(await lastDelivery()).toMatchObject({ outcome: 'failed' });
    },
  );

  it('that refuses is a failed delivery that says so', async () => {
    const refusing = await startProxy(server.port, 407);
    await host.shim(TRACK, { ...env, HTTPS_PROXY: `http://127.0.0.1:${refusing.port}` });
    await refusing.close();
    expect(server.requests).toEqual([]);
    expect(await lastDelivery()).toMatchObject({ outcome: 'failed', detail: 'proxy HTTP 407' });
  });
});

describe('NO_PROXY', () => {
  it('keeps a host that it names away from the proxy', async () => {
    const HTTPS_PROXY = `http://127.0.0.1:${proxy.port}`;
    await host.shim(TRACK, { ...env, HTTPS_PROXY, NO_PROXY: 'example.org, localhost' });
    expect(proxy.asked).toEqual([]);
    expect(server.events()).toHaveLength(1);
  });

  const PROXY = 'http://proxy.test:3128';
  it.each([
    ['', 'https://a.example.org', true],
    ['*', 'https://a.example.org', false],
    ['example.org', 'https://a.example.org', false],
    ['.example.org', 'https://a.example.org', false],
    ['*.example.org', 'https://a.example.org', false],
    ['EXAMPLE.org', 'https://a.example.org', false],
    ['ample.org', 'https://example.org', true],
    ['example.org:8443', 'https://example.org', true],
    ['example.org:8443', 'https://example.org:8443', false],
    ['example.org:443', 'https://example.org', false],
    ['other.org,example.org', 'https://example.org', false],
    ['other.org example.org', 'https://example.org', false],
    ['192.168.1.1', 'https://192.168.1.1', false],
    ['::1', 'https://[::1]', false],
    ['[::1]', 'https://[::1]', false],
    ['[::1]:8443', 'https://[::1]', true],
    ['fe80::1', 'https://[fe80::2]', true],
  ])('"%s" for %s: through the proxy is %s', (NO_PROXY, url, through) => {
    expect(proxyFor(new URL(url), { HTTPS_PROXY: PROXY, NO_PROXY }) !== undefined).toBe(through);
  });
});
