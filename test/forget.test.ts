// forget: what was sent is asked to be deleted, nothing more is sent under the old id, the record goes.

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Host, makeHost } from './support/host';
import { ID, writeJournal } from './support/journal';
import { type Behaviour, type Server, startServer } from './support/server';

const HEALTH = '/api/v1/health';
const COLLECTOR = '{"service":"onramp-analytics-collector","status":"ok"}';

/** Answers as a collector does, and in its own way when asked to forget. */
const collector =
  (
    answer: Behaviour = (_request, response) => response.end('{"forgotten":{"events":7}}'),
  ): Behaviour =>
  (request, response) =>
    request.url === HEALTH ? response.end(COLLECTOR) : answer(request, response);

describe('forget', () => {
  let host: Host;
  let server: Server;

  beforeEach(async () => {
    [host, server] = await Promise.all([makeHost(), startServer(collector())]);
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
    writeJournal(host.root, { delivered: 2, waiting: 3 });
    const { status, stdout, stderr } = await host.shim(['forget', '--yes'], env());
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(server.requests).toHaveLength(2);
    // Who is there is asked without a key, and without the id.
    const [who] = server.requests;
    expect({ method: who!.method, url: who!.url, body: who!.raw.length }).toEqual({
      method: 'GET',
      url: HEALTH,
      body: 0,
    });
    expect(who!.headers.authorization).toBeUndefined();
    const { method, url, headers, raw } = server.requests[1]!;
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
    expect(server.requests.map(({ url }) => url)).toEqual([HEALTH, '/api/v1/forget']);
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
    server = await startServer(collector());
    const second = idNow();
    const again = await host.shim(['forget', '--yes', '--id', ID], env());
    expect(again.status).toBe(0);
    expect(server.requests[1]!.raw.toString()).toContain(ID);
    expect(idNow()).toBe(second);
    expect(existsSync(host.journal)).toBe(false);
  });

  it('gives the id to ask with, when the collector refuses', async () => {
    server.behave(
      collector((_request, response) => {
        response.statusCode = 401;
        response.end('{}');
      }),
    );
    const { status, stdout } = await host.shim(['forget', '--yes'], env());
    expect(status).toBe(0);
    expect(stdout).toContain('HTTP 401');
    expect(stdout).toContain(ID);
  });

  const posthog = () => ({ POSTHOG_API_KEY: 'phc_test', POSTHOG_HOST: server.url });

  it.each([
    COLLECTOR,
    '{"status":"ok"}', // What the collector of 1.0.0 says.
    '{"service":"onramp-analytics-collector","status":"ok","more":1}',
  ])('asks a collector also with the sender posthog: %s', async (health) => {
    server.behave((request, response) =>
      response.end(request.url === HEALTH ? health : '{"forgotten":{"events":7}}'),
    );
    writeJournal(host.root, { delivered: 2 });
    const { status, stdout } = await host.shim(['forget', '--yes'], posthog());
    expect(status).toBe(0);
    expect(stdout).toContain('7 event(s)');
    expect(stdout).not.toContain('PostHog');
    expect(server.requests.map(({ url }) => url)).toEqual([HEALTH, '/api/v1/forget']);
    expect(server.requests[1]!.headers.authorization).toBe('Bearer phc_test');
    expect(existsSync(host.journal)).toBe(false);
  });

  it.each([
    [404, 'Not found'],
    [200, '<html>PostHog</html>'],
    [200, '{"service":"another","status":"ok"}'],
    [200, 'null'],
    [302, ''],
  ])('says of a PostHog (%d %s) what it cannot do, and how to ask', async (code, text) => {
    server.behave((_request, response) => {
      response.statusCode = code;
      response.end(text);
    });
    const { status, stdout } = await host.shim(['forget', '--yes'], posthog());
    expect(status).toBe(0);
    expect(stdout).toContain('cannot do it for you');
    expect(stdout).toContain(ID);
    // Nothing is sent there that names the id.
    expect(server.requests.map(({ method, url }) => [method, url])).toEqual([['GET', HEALTH]]);
    expect(idNow()).not.toBe(ID);
  });

  it('keeps the record when nobody could be asked who is there', async () => {
    writeJournal(host.root, { delivered: 2 });
    server.behave((_request, response) => {
      response.statusCode = 503;
      response.end();
    });
    const { status, stderr } = await host.shim(['forget', '--yes'], posthog());
    expect(status).toBe(1);
    expect(stderr).toContain(`forget --id ${ID}`);
    expect(host.records().filter((record) => record && 'event' in record)).toHaveLength(2);
  });

  it('asks nobody at PostHog’s own hosts', async () => {
    // Nobody could answer there: a request would fail.
    const { status, stdout } = await host.shim(['forget', '--yes'], {
      POSTHOG_API_KEY: 'phc_test',
      HTTPS_PROXY: 'http://127.0.0.1:1',
    });
    expect(status).toBe(0);
    expect(stdout).toContain('cannot do it for you');
  });

  describe('after reset-id', () => {
    const asked = () =>
      server.requests
        .filter(({ url }) => url === '/api/v1/forget')
        .map(({ raw }) => (JSON.parse(raw.toString()) as { distinct_id: string }).distinct_id);
    /** Sends an event under the present id, and takes another. @returns the id that it was sent under. */
    const sendAndReset = async () => {
      const id = idNow();
      const track = ['track', 'service_started', 'service_name=plex'];
      await host.shim(track, { ...env(), ONRAMP_ANALYTICS_TIMEOUT_MS: '10000' });
      await host.shim(['reset-id']);
      return id;
    };

    it('asks for every id that something was sent under, and for none that nothing was', async () => {
      const first = await sendAndReset();
      const second = await sendAndReset();
      const unused = idNow();
      expect(server.requests.map(({ raw }) => raw.toString()).join('')).toContain(second);
      const { status, stdout, stderr } = await host.shim(['forget', '--yes'], env());
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(asked()).toEqual([first, second]);
      expect(stdout).toContain(`deleted everything under ${first}: 7 event(s)`);
      expect(stdout).toContain(`deleted everything under ${second}: 7 event(s)`);
      expect(stdout).not.toContain(unused);
      expect(idNow()).not.toBe(unused);
      expect(existsSync(host.journal)).toBe(false);
    });

    it('gives every one of them to ask with, the newest last', async () => {
      const ids = [await sendAndReset(), await sendAndReset()];
      server.behave((_request, response) => {
        response.statusCode = 404;
        response.end();
      });
      const { stdout } = await host.shim(['forget', '--yes'], posthog());
      expect(stdout).toContain(`give them these ids:\n  ${ids[0]}\n  ${ids[1]}\nThey tell`);
    });

    it('keeps the record when one of them could not be asked for; --id asks for all again', async () => {
      const [first, second] = [await sendAndReset(), await sendAndReset()];
      let requests = 0;
      server.behave(
        collector((_request, response) => {
          requests += 1;
          response.statusCode = requests === 2 ? 503 : 200;
          response.end('{}');
        }),
      );
      const failed = await host.shim(['forget', '--yes'], env());
      expect(failed.status).toBe(1);
      const message = failed.stderr.replace(/\s+/g, ' ');
      expect(message).toContain(`what it has under ${second} is still there`);
      expect(message).toContain(`forget --id ${second}`);
      expect(existsSync(host.journal)).toBe(true);
      const now = idNow();
      const again = await host.shim(['forget', '--yes', '--id', second], env());
      expect(again.status).toBe(0);
      expect(asked()).toEqual([first, second, second, first]);
      expect(idNow()).toBe(now);
      expect(existsSync(host.journal)).toBe(false);
    });

    it('also where onramp.lock is gone: the record has them', async () => {
      const first = await sendAndReset();
      rmSync(join(host.root, 'onramp.lock'));
      expect((await host.shim(['forget', '--yes'], env())).status).toBe(0);
      expect(asked()).toEqual([first]);
    });

    it('asks for the present one when the record has nothing, and says that', async () => {
      await host.shim(['track', 'service_started', 'service_name=plex'], {
        ONRAMP_ANALYTICS_ENABLED: 'local',
      });
      const { stdout } = await host.shim(['forget', '--yes'], env());
      expect(stdout).toContain('The record here has nothing that was to be sent.');
      expect(asked()).toEqual([ID]);
    });
  });

  it('does nothing without a terminal or --yes', async () => {
    const { status } = await host.shim(['forget'], env());
    expect(status).toBe(2);
    expect(server.requests).toHaveLength(0);
    expect(idNow()).toBe(ID);
  });
});
