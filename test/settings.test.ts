// Settings: senders, hosts, timeouts, where the key comes from, and what is said when one is wrong.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { declarationFolders, readMoreAt } from '../src/host/settings';
import { inspectSettings, readDeadline, readSettings } from '../src/settings';
import type { Host } from './support/host';
import { ID, lockOf, makeProject, snapshot } from './support/project';
import { type Server, startServer } from './support/server';

const TRACK = ['track', 'service_started', 'service_name=plex'];

/** A busy machine is no reason to fail. */
const PATIENT = { ONRAMP_ANALYTICS_TIMEOUT_MS: '20000' };

let host: Host;
let server: Server;
let env: Record<string, string>;
beforeEach(async () => {
  [host, server] = await Promise.all([makeProject(lockOf('1')), startServer()]);
  env = { POSTHOG_API_KEY: 'phc_test', POSTHOG_HOST: server.url, ...PATIENT };
});
afterEach(async () => {
  await server.close();
  host.remove();
});

const status = async (extra: Record<string, string | undefined> = {}) =>
  JSON.parse((await host.shim(['status', '--json'], extra)).stdout);
const quiet = { status: 0, stdout: '', stderr: '' };

describe('the sender', () => {
  it('posthog is the default: /batch/, the key in the body', async () => {
    await host.shim(TRACK, env);
    const [request] = server.requests;
    expect(request).toMatchObject({
      method: 'POST',
      url: '/batch/',
      body: { api_key: 'phc_test' },
    });
  });

  it('posthog without a key keeps events; with a key, all of them go in one batch', async () => {
    const keyless = { POSTHOG_HOST: server.url };
    expect(await host.shim(TRACK, keyless)).toMatchObject(quiet);
    expect(await host.shim(TRACK, { ...keyless, POSTHOG_API_KEY: '' })).toMatchObject(quiet);
    expect(server.requests).toEqual([]);
    const { stdout } = await host.shim(['status'], keyless);
    expect(stdout).toContain('Set ONRAMP_ANALYTICS_API_KEY');
    expect(stdout).toMatch(/Waiting: +2 event/);
    await host.shim(TRACK, env);
    expect(server.requests).toHaveLength(1);
    expect(server.events()).toHaveLength(3);
  });

  it('http posts to the collector, the token in a header; 202 is a delivery', async () => {
    server.behave((_request, response) => {
      response.statusCode = 202;
      response.end('{}');
    });
    await host.shim(TRACK, { ...env, ONRAMP_ANALYTICS_SENDER: 'http' });
    const [{ url, headers, raw }] = server.requests as [(typeof server.requests)[0]];
    expect(url).toBe('/api/v1/telemetry/batch');
    expect(headers.authorization).toBe('Bearer phc_test');
    expect(JSON.parse(raw.toString())).toEqual({
      anonymous_id: ID,
      events: [
        {
          uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
          event: 'service_started',
          timestamp: expect.stringMatching(/Z$/),
          properties: {
            service_name: 'custom',
            shim_version: expect.any(String),
            ci: false,
            $geoip_disable: true,
            $process_person_profile: false,
            $ip: null,
          },
        },
      ],
    });
    expect(await status(env)).toMatchObject({ waiting: 0 });
  });

  it('http needs no key', async () => {
    const { POSTHOG_HOST } = env;
    await host.shim(TRACK, { ...PATIENT, POSTHOG_HOST, ONRAMP_ANALYTICS_SENDER: 'http' });
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]!.headers.authorization).toBeUndefined();
  });

  it('console prints the request and opens no connection', async () => {
    const result = await host.shim(TRACK, { ...env, ONRAMP_ANALYTICS_SENDER: 'console' });
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(result.stdout).batch).toMatchObject([{ event: 'service_started' }]);
    expect(server.requests).toEqual([]);
    // And says that nothing was sent.
    const why = 'printed by the sender console, not sent';
    expect(host.records().at(-1)).toMatchObject({ outcome: 'dropped', why });
    expect((await host.shim(['log'])).stdout.replace(/\s+/g, ' ')).toContain(`dropped: ${why}`);
    expect(await status()).toMatchObject({ waiting: 0, last_delivery: { outcome: 'printed' } });
    await host.shim(['flush'], env);
    expect(server.requests).toEqual([]);
  });

  it('none keeps everything here', async () => {
    const none = { ...env, ONRAMP_ANALYTICS_SENDER: 'none' };
    expect(await host.shim(TRACK, none)).toMatchObject(quiet);
    expect(await host.shim(['flush'], none)).toMatchObject(quiet);
    expect(server.requests).toEqual([]);
    expect(await status(none)).toMatchObject({ waiting: 1, sender: 'none' });
  });

  it('that nobody is there to answer is silent, unless ONRAMP_ANALYTICS_DEBUG=1', async () => {
    const nobody = { ...env, POSTHOG_HOST: 'http://127.0.0.1:1' };
    expect(await host.shim(TRACK, nobody)).toMatchObject(quiet);
    expect(await host.shim(TRACK, { ...nobody, ONRAMP_ANALYTICS_DEBUG: '0' })).toMatchObject(quiet);
    const loud = await host.shim(TRACK, { ...nobody, ONRAMP_ANALYTICS_DEBUG: '1' });
    expect(loud.status).toBe(0);
    expect(loud.stderr + loud.stdout).not.toBe('');
    expect(await status(nobody)).toMatchObject({ last_delivery: { detail: 'ECONNREFUSED' } });
  });
});

describe('the host', () => {
  it.each([
    'http://example.org',
    'http://192.168.1.5:8000',
    'http://localhost.example.org',
    'http://127.0.0.1.example.org',
    'ftp://example.org',
    'example.org',
    'https://',
    'https://user:word@example.org',
    'https://example.org/?key=1',
    'https://example.org/#part',
    'file:///etc/passwd',
    'https://example.org/\n',
    'https://exa\tmple.org',
  ])('%j is refused with the value and the rule, and tracking is silent', async (POSTHOG_HOST) => {
    const bad = { ...env, POSTHOG_HOST };
    const before = snapshot(host.root);
    // A password is not repeated, and a newline is none any more.
    const shown = POSTHOG_HOST.replace('user:word@', '…@').replace(/[\n\t]/, '\ufffd');
    for (const command of [['flush'], ['preview']]) {
      const result = await host.shim(command, bad);
      expect({ command, ...result }).toMatchObject({ command, status: 1, stdout: '' });
      expect(result.stderr).toContain(`POSTHOG_HOST is "${shown}"`);
      expect(result.stderr).toContain('https://');
    }
    // `status` shows all that it can.
    const { status: code, stdout } = await host.shim(['status'], bad);
    expect(code).toBe(1);
    expect(stdout).toContain(ID);
    expect(stdout).toMatch(/Problem: +POSTHOG_HOST\s+is/);
    const json = await host.shim(['status', '--json'], bad);
    expect(json.status).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      mode: 'on',
      host: null,
      sender: 'posthog',
      problem: expect.stringContaining(`POSTHOG_HOST is "${shown}". It must be an https:// URL`),
    });
    for (const command of [TRACK, ['collect']]) {
      expect(await host.shim(command, bad)).toMatchObject(quiet);
    }
    expect(before['onramp.lock']).toEqual(snapshot(host.root)['onramp.lock']);
  });

  it.each([
    'https://example.org',
    'https://example.org:8443/posthog/',
    'http://localhost:8000',
    'http://127.0.0.1',
    'http://[::1]:8000',
  ])('%s is accepted', async (POSTHOG_HOST) => {
    expect(await status({ POSTHOG_HOST })).toMatchObject({ host: POSTHOG_HOST.replace(/\/$/, '') });
  });

  it('plain http is accepted for a host that is allowed by name, and for no other', async () => {
    const ONRAMP_ANALYTICS_ALLOW_HTTP = 'one.lan, two.lan';
    const tried = async (POSTHOG_HOST: string) =>
      (await host.shim(['status'], { POSTHOG_HOST, ONRAMP_ANALYTICS_ALLOW_HTTP })).status;
    expect(await tried('http://two.lan:8000')).toBe(0);
    expect(await tried('http://three.lan')).toBe(1);
    expect(await tried('http://two.lan.example.org')).toBe(1);
  });

  it('that is wrong keeps nobody from turning analytics off', async () => {
    const result = await host.shim(['disable'], { POSTHOG_HOST: 'nonsense' });
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(host.read('onramp.lock')).toContain('ANALYTICS_ENABLED=0');
  });
});

describe('the timeout and the sender', () => {
  it.each(['soon', '1e3', '-5', '0', '99', '60001', '1.5', '1000ms', '0x400', ' '])(
    'ONRAMP_ANALYTICS_TIMEOUT_MS="%s" is refused with the value and the rule',
    async (ONRAMP_ANALYTICS_TIMEOUT_MS) => {
      const bad = { ...env, ONRAMP_ANALYTICS_TIMEOUT_MS };
      const { status: code, stdout } = await host.shim(['status', '--json'], bad);
      expect(code).toBe(1);
      const { problem } = JSON.parse(stdout);
      expect(problem).toContain(`ONRAMP_ANALYTICS_TIMEOUT_MS is "${ONRAMP_ANALYTICS_TIMEOUT_MS}"`);
      expect(problem).toContain('from 100 to 60000');
      expect(readDeadline(bad)).toBe(1000);
      expect(await host.shim(TRACK, bad)).toMatchObject(quiet);
      expect(server.requests).toEqual([]);
    },
  );

  it('a sender that does not exist is refused with the list of those that do', async () => {
    const bad = { ...env, ONRAMP_ANALYTICS_SENDER: 'pigeon' };
    const { status: code, stdout } = await host.shim(['status', '--json'], bad);
    expect(code).toBe(1);
    for (const word of ['pigeon', 'posthog', 'http', 'console', 'none']) {
      expect(JSON.parse(stdout).problem).toContain(word);
    }
    expect(JSON.parse(stdout).sender).toBe(null);
    expect(await host.shim(TRACK, bad)).toMatchObject(quiet);
  });
});

describe('where key and host come from', () => {
  const find = (extra: Record<string, string> = {}) => {
    const { key, keyFrom, host: at } = readSettings(host.root, extra);
    return { key, keyFrom, host: at };
  };
  const settings = (text: string) => {
    mkdirSync(join(host.root, '.onramp'), { recursive: true });
    host.write('.onramp/settings', text);
  };

  it('is the first of the documented places that has it, each by itself', () => {
    mkdirSync(join(host.root, 'services-enabled'));
    host.write('services-enabled/.env', 'POSTHOG_API_KEY=k5\nPOSTHOG_HOST=https://h5.test\n');
    expect(find()).toEqual({
      key: 'k5',
      keyFrom: 'POSTHOG_API_KEY in services-enabled/.env',
      host: 'https://h5.test',
    });
    settings('# ours\nANALYTICS_API_KEY=k4\n');
    expect(find()).toEqual({
      key: 'k4',
      keyFrom: 'ANALYTICS_API_KEY in .onramp/settings',
      host: 'https://h5.test',
    });
    settings('ANALYTICS_API_KEY=k4\nANALYTICS_HOST=https://h4.test/\n');
    expect(find().host).toBe('https://h4.test');
    host.write('.env', 'ONRAMP_ANALYTICS_API_KEY=k3\nONRAMP_ANALYTICS_HOST=https://h3.test\n');
    expect(find()).toMatchObject({ key: 'k3', host: 'https://h3.test' });
    const posthog = { POSTHOG_API_KEY: 'k2', POSTHOG_HOST: 'https://h2.test' };
    expect(find(posthog)).toMatchObject({ key: 'k2', keyFrom: 'POSTHOG_API_KEY' });
    const ours = { ONRAMP_ANALYTICS_API_KEY: 'k1', ONRAMP_ANALYTICS_HOST: 'https://h1.test' };
    expect(find({ ...posthog, ...ours })).toMatchObject({ key: 'k1', host: 'https://h1.test' });
    expect(find({ ...posthog, ONRAMP_ANALYTICS_API_KEY: '' })).toMatchObject({ key: 'k2' });
  });

  it('is never the POSTHOG_API_KEY that an application has in its .env', async () => {
    host.write('.env', `POSTHOG_API_KEY=the-applications\nPOSTHOG_HOST=${server.url}\n`);
    expect(find()).toEqual({
      key: undefined,
      keyFrom: undefined,
      host: 'https://us.i.posthog.com',
    });
    await host.shim(TRACK, PATIENT);
    expect(server.requests).toEqual([]);
    const { stdout } = await host.shim(['status']);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      "POSTHOG_API_KEY in .env may be the application's own; ours is ONRAMP_ANALYTICS_API_KEY",
    );
    settings('ANALYTICS_ENV_FILES=.env\n'); // Unless the project says so,
    expect(find()).toMatchObject({ key: 'the-applications', host: server.url });
    settings('ANALYTICS_ENV_FILES=\n');
    expect(find()).toMatchObject({ key: undefined });
    settings('');
    mkdirSync(join(host.root, 'services-available')); // or is OnRamp.
    expect(find()).toMatchObject({ key: 'the-applications' });
  });

  it('is named by a message about a wrong one', () => {
    const message = (extra = {}) => inspectSettings(host.root, extra).problems[0]?.message;
    settings('ANALYTICS_HOST=http://h.test\n');
    expect(message()).toMatch(/^ANALYTICS_HOST in \.onramp\/settings is "http:\/\/h\.test"/);
    host.write('.env', 'ONRAMP_ANALYTICS_HOST=h3\n');
    expect(message()).toMatch(/^ONRAMP_ANALYTICS_HOST in \.env is "h3"/);
    expect(message({ ONRAMP_ANALYTICS_HOST: 'h1' })).toMatch(/^ONRAMP_ANALYTICS_HOST is "h1"/);
  });
});

describe('the project’s own settings', () => {
  it('hold for a bundle that is called by hand', async () => {
    mkdirSync(join(host.root, '.onramp'));
    host.write(
      '.onramp/settings',
      `ANALYTICS_API_KEY=ours\nANALYTICS_HOST="${server.url}" # here\n`,
    );
    await host.shim(TRACK, PATIENT);
    expect(server.requests[0]!.body.api_key).toBe('ours');
  });

  it('name the folders of the declarations, and where the notice sends people', async () => {
    expect(readMoreAt(host.root)).toBe('.onramp/README.md');
    expect(declarationFolders(host.root)).toEqual({
      services: 'services-available',
      overrides: 'overrides-available',
      scaffolds: 'services-scaffold',
    });
    mkdirSync(join(host.root, '.onramp'));
    host.write(
      '.onramp/settings',
      'ANALYTICS_SERVICES=./apps/\nANALYTICS_OVERRIDES=o\nANALYTICS_SCAFFOLDS=s\n' +
        'ANALYTICS_MORE=https://home.test/analytics\nDO_NOT_TRACK=1\nANALYTICS_ENABLED=0\n',
    );
    expect(declarationFolders(host.root)).toEqual({
      services: 'apps',
      overrides: 'o',
      scaffolds: 's',
    });
    host.write('onramp.lock', '');
    const { stdout } = await host.shim(['enable'], { ONRAMP_ANALYTICS_SENDER: 'none' });
    expect(stdout).toContain('Read more:  https://home.test/analytics\n');
    expect(await status()).toMatchObject({ mode: 'on' });
  });

  it('that cannot be read are said, and nothing is sent', async () => {
    mkdirSync(join(host.root, '.onramp/settings'), { recursive: true });
    const { status: code, stdout } = await host.shim(['status', '--json'], env);
    expect(code).toBe(1);
    expect(JSON.parse(stdout).problem).toContain('.onramp/settings cannot be read: it is a folder');
    expect(await host.shim(TRACK, env)).toMatchObject(quiet);
    expect(server.requests).toEqual([]);
  });
});

describe('the host project’s env files', () => {
  const keyOf = async (extra: Record<string, string | undefined> = {}) => {
    await host.shim(TRACK, { POSTHOG_HOST: server.url, ...PATIENT, ...extra });
    return server.requests.at(-1)?.body.api_key;
  };

  it('give the key: the environment, then .env, then services-enabled/.env', async () => {
    mkdirSync(join(host.root, 'services-enabled'));
    host.write('services-enabled/.env', 'POSTHOG_API_KEY=from-services\n');
    expect(await keyOf()).toBe('from-services');
    host.write('.env', 'export POSTHOG_API_KEY="from-env-file" # a comment\n');
    expect(await keyOf()).toBe('from-env-file');
    expect(await keyOf({ POSTHOG_API_KEY: 'from-environment' })).toBe('from-environment');
    expect(await keyOf({ POSTHOG_API_KEY: '' })).toBe('from-env-file');
  });

  it('give the host too, each from the first file that has it', async () => {
    mkdirSync(join(host.root, 'services-enabled'));
    host.write('.env', `POSTHOG_HOST=${server.url}\nPOSTHOG_API_KEY=\n`);
    host.write('services-enabled/.env', 'POSTHOG_API_KEY=k2\nPOSTHOG_HOST=https://other.test\n');
    await host.shim(TRACK, PATIENT);
    expect(server.requests[0]!.body.api_key).toBe('k2');
  });

  it('are a list that the project can set', async () => {
    mkdirSync(join(host.root, '.onramp'));
    host.write('.onramp/settings', 'ANALYTICS_ENV_FILES=missing  secrets\n');
    host.write('.env', 'POSTHOG_API_KEY=wrong\nONRAMP_ANALYTICS_API_KEY=wrong\n');
    host.write('secrets', 'POSTHOG_API_KEY=right\n');
    expect(await keyOf()).toBe('right');
  });

  it('give nothing else, and are never evaluated', async () => {
    mkdirSync(join(host.root, 'services-enabled'));
    host.write(
      '.env',
      [
        'ONRAMP_ANALYTICS_ENABLED=0',
        'DO_NOT_TRACK=1',
        'CI=1',
        'ONRAMP_ANALYTICS_SENDER=none',
        'ONRAMP_ANALYTICS_TIMEOUT_MS=nonsense',
        'HTTPS_PROXY=http://127.0.0.1:1',
        'ONRAMP_ANALYTICS_DEBUG=1',
        'SECRET=canary',
        'POSTHOG_API_KEY=$(touch pwned)`touch pwned`$SECRET',
        '',
      ].join('\n'),
    );
    expect(await host.shim(TRACK, { ...PATIENT, POSTHOG_HOST: server.url })).toMatchObject(quiet);
    expect(server.requests).toHaveLength(1);
    expect(server.events()[0]!.properties.ci).toBe(false);
    expect(server.requests[0]!.raw.toString()).not.toContain('canary');
    expect(Object.keys(snapshot(host.root))).not.toContain('pwned');
  });

  it('that are no files, or no text, are as if they were not there', async () => {
    mkdirSync(join(host.root, '.env'));
    mkdirSync(join(host.root, 'services-enabled'));
    host.write('services-enabled/.env', '\0\u0001\nPOSTHOG_API_KEY=k\n');
    expect(await keyOf()).toBe('k');
  });
});
