// Nothing outside of the catalogue can leave: not from the command line, not from a recipe, not
// from a journal that somebody wrote by hand.

import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMON, EVENTS, type EventName, type Properties, WIRE } from '../src/catalogue/catalogue';
import { propertiesOf, sanitize, validate } from '../src/catalogue/validate';
import { httpSender } from '../src/delivery/http';
import { posthogSender } from '../src/delivery/posthog';
import type { Transport } from '../src/delivery/sender';
import type { EventRecord } from '../src/journal/records';
import type { Host } from './support/host';
import { ID, lockOf, makeProject, snapshot } from './support/project';
import { ROOT } from './support/run';
import { type Server, startServer } from './support/server';

const NAMES = Object.keys(EVENTS) as EventName[];
const PAGE = readFileSync(join(ROOT, 'docs/analytics.md'), 'utf8');
const CANARY = 'canary.example.org';
const VALID: Record<string, string> = {
  service_name: 'plex',
  override_name: 'plex-nfs',
  command: 'up',
  success: 'true',
  has_scaffold: 'false',
  duration_ms: '12',
  error_type: 'exit_2',
};

const pairsOf = (event: EventName) =>
  Object.keys(EVENTS[event].properties).map((name) => `${name}=${VALID[name]}`);

let host: Host;
let server: Server;
const env = () => ({
  POSTHOG_API_KEY: 'k',
  POSTHOG_HOST: server.url,
  ONRAMP_ANALYTICS_TIMEOUT_MS: '20000', // A busy machine is no reason to fail.
});
beforeEach(async () => {
  [host, server] = await Promise.all([makeProject(lockOf('1')), startServer()]);
});
afterEach(async () => {
  await server.close();
  host.remove();
});

describe('track refuses, exits 2, names the real properties, records nothing', () => {
  const CASES: [what: string, words: string[], named: string[]][] = [
    ['an unknown event', ['canary_event'], NAMES],
    ['an event named like a method', ['toString'], NAMES],
    [
      'an unknown property',
      ['service_started', 'service_name=plex', `host=${CANARY}`],
      ['service_name'],
    ],
    [
      'a property of another event',
      ['service_started', 'service_name=plex', 'success=true'],
      ['service_name'],
    ],
    ['a common property', ['service_started', 'service_name=plex', 'ci=true'], ['service_name']],
    [
      'a missing property',
      ['service_enabled', 'service_name=plex'],
      ['service_name', 'has_scaffold'],
    ],
    ['no property at all', ['error_occurred'], ['command', 'error_type', 'exit_1', 'signal']],
    ['a word without a value', ['service_started', 'service_name'], ['service_name']],
    ['an empty value', ['service_started', 'service_name='], ['service_name']],
    ['a name with a dot-slash', ['service_started', `service_name=./${CANARY}`], ['service_name']],
    ['a name with a space', ['service_started', `service_name=a ${CANARY}`], ['service_name']],
    ['a name with a newline', ['service_started', `service_name=a\n${CANARY}`], ['service_name']],
    ['an address as a name', ['service_started', `service_name=me@${CANARY}`], ['service_name']],
    [
      'a name that is too long',
      ['service_started', `service_name=${'a'.repeat(65)}`],
      ['service_name'],
    ],
    [
      'a bad boolean',
      ['command_executed', 'command=up', `success=${CANARY}`],
      ['success', 'true or false'],
    ],
    [
      'a bad number',
      ['command_executed', 'command=up', 'success=true', 'duration_ms=-1'],
      ['duration_ms', 'whole number'],
    ],
    [
      'a fraction',
      ['command_executed', 'command=up', 'success=true', 'duration_ms=1.5'],
      ['duration_ms'],
    ],
    [
      'a huge number',
      ['command_executed', 'command=up', 'success=true', 'duration_ms=99999999999999999999'],
      ['duration_ms'],
    ],
    [
      'a word outside of the closed set',
      ['error_occurred', 'command=up', `error_type=${CANARY}`],
      ['error_type', 'exit_2'],
    ],
    [
      'a property named like a method',
      ['service_started', 'service_name=plex', '__proto__=1'],
      ['service_name'],
    ],
  ];

  it.each(CASES)('%s', async (_what, words, named) => {
    const before = snapshot(host.root);
    const { status, stdout, stderr } = await host.shim(['track', ...words], env());
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    for (const name of named) expect(stderr).toContain(name);
    expect(stderr).toContain('Nothing was recorded.');
    expect(stderr).not.toContain(CANARY);
    expect(stderr).not.toContain('aaaaaaaa');
    expect(snapshot(host.root)).toEqual(before);
    expect(server.requests).toEqual([]);
  });

  it('also when analytics is off, so that a mistake shows before anybody enables it', async () => {
    host.write('onramp.lock', lockOf('0'));
    expect((await host.shim(['track', 'service_started'], env())).status).toBe(2);
  });
});

describe('a command without `success`', () => {
  it('is a valid one: it was interrupted', () => {
    const checked = validate('command_executed', { command: 'up' });
    expect(checked).toEqual({ ok: true, properties: { command: 'up' } });
    const common = { shim_version: '1.0.0', ci: false };
    expect(sanitize('command_executed', { command: 'up', ...common })).toEqual({
      command: 'up',
      ...common,
    });
  });
});

describe('a sender', () => {
  const record: EventRecord = {
    uuid: '0190a0a0-0000-7000-8000-000000000001',
    event: 'service_started',
    timestamp: '2026-01-01T00:00:00.000Z',
    distinct_id: ID,
    properties: { service_name: 'plex', shim_version: '1.0.0', ci: false },
  };
  const SENDERS = {
    http: httpSender('k', 'https://h.test'),
    posthog: posthogSender('k', 'https://h.test', false),
  };
  const FREE_TEXT: [string, Partial<EventRecord>][] = [
    ['uuid', { uuid: CANARY }],
    ['uuid with more behind it', { uuid: `${record.uuid} ${CANARY}` }],
    ['timestamp', { timestamp: `Thu, 01 Jan 2026 00:00:00 GMT (${CANARY})` }],
    ['timestamp with a newline', { timestamp: `${record.timestamp}\n` }],
    ['distinct_id', { distinct_id: CANARY }],
  ];

  for (const [name, sender] of Object.entries(SENDERS)) {
    it.each(FREE_TEXT)(`${name} never sends a free text as %s`, async (_what, change) => {
      let asked = 0;
      const transport: Transport = async () => {
        asked += 1;
        return { status: 200, headers: {}, text: '{}' };
      };
      const send = (batch: EventRecord[]) =>
        sender.send(batch, transport, Number.POSITIVE_INFINITY);
      expect(await send([record, { ...record, ...change }])).toMatchObject({ kind: 'rejected' });
      expect(asked).toBe(0);
      expect(await send([record])).toMatchObject({ kind: 'accepted' });
      expect(asked).toBe(1);
    });
  }
});

describe('what arrives', () => {
  it.each(NAMES)('%s has the keys of the catalogue, and the three that protect', async (event) => {
    const { status, stdout, stderr } = await host.shim(['track', event, ...pairsOf(event)], env());
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(server.requests).toHaveLength(1);
    const { body, headers, url } = server.requests[0]!;
    expect(Object.keys(body).sort()).toEqual(['api_key', 'batch', 'sent_at']);
    expect(url).toBe('/batch/');
    const [arrived, ...more] = body.batch!;
    expect(more).toEqual([]);
    // posthog-node's `type` and `library` are words of its own, the same for everybody.
    const keys = Object.keys(arrived!).filter(
      (key) => !/^(type|library|library_version)$/.test(key),
    );
    expect(keys.sort()).toEqual(['distinct_id', 'event', 'properties', 'timestamp', 'uuid']);
    // And the page for users says it of each, and of the request as a whole.
    const fields = [...Object.keys(body), ...Object.keys(arrived!), 'user-agent'];
    const unsaid = fields.filter((field) => !PAGE.includes(`\`${field}\``));
    expect(unsaid.filter((key) => !['batch', 'properties', 'event'].includes(key))).toEqual([]);
    expect(Object.keys(arrived!.properties).sort()).toEqual(
      [...Object.keys(propertiesOf(event)), ...Object.keys(WIRE)].sort(),
    );
    expect(arrived!.properties).toMatchObject({
      $ip: null,
      $geoip_disable: true,
      $process_person_profile: false,
      ci: false,
    });
    expect(arrived!.distinct_id).toBe(ID);
    expect(Object.keys(headers).sort()).toEqual([
      'connection',
      'content-length',
      'content-type',
      'host',
      'user-agent',
    ]);
    // The catalogue tells the truth about the client library, which names itself twice.
    const { $lib, $lib_version } = arrived!.properties;
    expect(WIRE.$lib).toContain(`\`${$lib}\``);
    expect(headers['user-agent']).toBe(`${$lib}/${$lib_version}`);
  });

  it('is sanitized once more on its way out, whatever stands in the journal', async () => {
    await host.shim(['track', 'service_started', 'service_name=plex'], {
      ONRAMP_ANALYTICS_SENDER: 'none',
    });
    const good = host.records()[0]!;
    const line = (index: number, change: Record<string, unknown>) =>
      `${JSON.stringify({ ...good, uuid: `0190a0a0-0000-7000-8000-00000000000${index}`, ...change })}\n`;
    const common = good.properties as Properties;
    appendFileSync(
      host.journal,
      line(1, { event: 'canary' }) +
        line(2, { properties: { ...common, secret: CANARY } }) +
        line(3, { properties: { ...common, service_name: `/home/${CANARY}` } }) +
        line(4, { properties: { shim_version: '1.0.0' } }) +
        line(5, { distinct_id: CANARY }) +
        line(6, { secret: CANARY, api_key: CANARY }) +
        `${CANARY}\n{"half":`,
    );
    await host.shim(['flush'], env());
    expect(server.events().map(({ uuid }) => uuid.slice(-1))).toEqual([
      String(good.uuid).slice(-1),
      '2',
      '6',
    ]);
    for (const { raw } of server.requests) expect(raw.toString()).not.toContain(CANARY);
    const dropped = host.records().filter((record) => record?.outcome === 'dropped');
    expect(dropped.map((record) => [record!.why, (record!.uuids as string[]).length])).toEqual(
      expect.arrayContaining([
        ['not in the catalogue', 3],
        ['the anonymous id was reset', 1],
      ]),
    );
  });

  it('says whether it was in CI, from the variable CI alone', async () => {
    const values = ['true', '1', '', '0', 'false'];
    for (const CI of values) {
      await host.shim(['track', 'service_started', 'service_name=plex'], { ...env(), CI });
    }
    expect(server.events().map(({ properties }) => properties.ci)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('the gate itself, for any input', () => {
  const anyEvent = fc.oneof(fc.constantFrom(...NAMES), fc.string());
  const anyKey = fc.oneof(
    fc.constantFrom(...Object.keys(VALID), ...Object.keys(COMMON), '__proto__', '$ip'),
    fc.string(),
  );
  const anyValue = fc.oneof(fc.constantFrom(...Object.values(VALID)), fc.anything());
  const anyProperties = fc.dictionary(anyKey, anyValue);

  it('validate lets through only properties of the event, and never repeats a value', () => {
    fc.assert(
      fc.property(anyEvent, anyProperties, (event, given) => {
        const checked = validate(event, { ...given, command: CANARY.repeat(9) });
        if (checked.ok) return false;
        return !checked.problem.includes(CANARY);
      }),
    );
    fc.assert(
      fc.property(anyEvent, anyProperties, (event, given) => {
        const checked = validate(event, given);
        if (!checked.ok) return true;
        const own = Object.keys(EVENTS[event as EventName].properties);
        return Object.keys(checked.properties).every((key) => own.includes(key));
      }),
    );
  });

  it('sanitize leaves names of the catalogue and plain values of their types', () => {
    fc.assert(
      fc.property(anyEvent, anyProperties, (event, stored) => {
        const left = sanitize(event, stored);
        if (left === undefined) return true;
        const allowed = Object.keys(propertiesOf(event as EventName));
        return Object.entries(left).every(
          ([key, value]) =>
            allowed.includes(key) &&
            (typeof value !== 'string' || /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(value)),
        );
      }),
    );
  });
});
