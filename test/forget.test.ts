// forget: what was sent is asked to be deleted, nothing more is sent under the old id, the record goes.

import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Host, makeHost } from './support/host';
import { ID, writeJournal } from './support/journal';
import { type Server, startServer } from './support/server';

describe('forget', () => {
  let host: Host;
  let server: Server;

  beforeEach(async () => {
    [host, server] = await Promise.all([makeHost(), startServer()]);
    await host.shim(['enable']);
    host.write('onramp.lock', host.read('onramp.lock').replace(/ID=.*/, `ID=${ID}`));
  });
  afterEach(async () => {
    await server.close();
    host.remove();
  });

  const waiting = async () =>
    (JSON.parse((await host.shim(['status', '--json'])).stdout) as { waiting: number }).waiting;

  const idNow = () => /^ANALYTICS_ID=(.*)$/m.exec(host.read('onramp.lock'))![1]!;
  const env = () => ({
    ONRAMP_ANALYTICS_SENDER: 'http',
    POSTHOG_API_KEY: 'key',
    POSTHOG_HOST: server.url,
  });

  it('asks the collector for this id, takes a new one, clears the record', async () => {
    server.behave((_request, response) => response.end('{"forgotten":{"events":7}}'));
    writeJournal(host.root, { delivered: 2, waiting: 3 });
    const { status, stdout, stderr } = await host.shim(['forget', '--yes'], env());
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(server.requests).toHaveLength(1);
    const { method, url, headers, raw } = server.requests[0]!;
    expect({ method, url, body: raw.toString() }).toEqual({
      method: 'POST',
      url: '/api/v1/forget',
      body: JSON.stringify({ distinct_id: ID }),
    });
    expect(headers.authorization).toBe('Bearer key');
    expect(stdout).toContain('7 event(s)');
    expect(idNow()).not.toBe(ID);
    expect(idNow()).toMatch(/^[0-9a-f-]{36}$/);
    expect(existsSync(host.journal)).toBe(false);
  });

  it('sends nothing under the old id once it was asked', async () => {
    writeJournal(host.root, { waiting: 3 });
    await host.shim(['forget', '--yes'], env());
    await host.shim(['flush'], env());
    expect(server.requests.map(({ url }) => url)).toEqual(['/api/v1/forget']);
  });

  it('keeps the record, and says how to ask again, when the collector was not reached', async () => {
    writeJournal(host.root, { delivered: 2, waiting: 3 });
    const { url } = server;
    await server.close();
    const gone = { ...env(), POSTHOG_HOST: url };
    const { status, stderr } = await host.shim(['forget', '--yes'], gone);
    expect(status).toBe(1);
    expect(stderr).toContain(`forget --id ${ID}`);
    expect(idNow()).not.toBe(ID);
    expect(await waiting()).toBe(0);
    expect(host.records().filter((record) => record && 'event' in record)).toHaveLength(5);
    server = await startServer();
    const second = idNow();
    const again = await host.shim(['forget', '--yes', '--id', ID], env());
    expect(again.status).toBe(0);
    expect(server.requests[0]!.raw.toString()).toContain(ID);
    expect(idNow()).toBe(second);
    expect(existsSync(host.journal)).toBe(false);
  });

  it('gives the id to ask with, when the collector refuses', async () => {
    server.behave((_request, response) => {
      response.statusCode = 401;
      response.end('{}');
    });
    const { status, stdout } = await host.shim(['forget', '--yes'], env());
    expect(status).toBe(0);
    expect(stdout).toContain('HTTP 401');
    expect(stdout).toContain(ID);
  });

  it('says of PostHog what it cannot do, and how to ask; no request is made', async () => {
    const posthog = { POSTHOG_API_KEY: 'phc_test', POSTHOG_HOST: server.url };
    const { status, stdout } = await host.shim(['forget', '--yes'], posthog);
    expect(status).toBe(0);
    expect(stdout).toContain('cannot do it for you');
    expect(stdout).toContain(ID);
    expect(server.requests).toHaveLength(0);
    expect(idNow()).not.toBe(ID);
  });

  it('does nothing without a terminal or --yes', async () => {
    const { status } = await host.shim(['forget'], env());
    expect(status).toBe(2);
    expect(server.requests).toHaveLength(0);
    expect(idNow()).toBe(ID);
  });
});
