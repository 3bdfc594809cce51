// The command line, as people and scripts use it: what it prints, and how it exits.

import { appendFileSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMON, EVENTS, REQUEST, WIRE } from '../src/catalogue/catalogue';
import { VERSION } from '../src/generated';
import type { Host } from './support/host';
import { writeJournal } from './support/journal';
import { ID, lockOf, makeProject, snapshot } from './support/project';
import { BUNDLE, run, shim } from './support/run';
import { startServer } from './support/server';

const COMMANDS = [
  'enable',
  'disable',
  'status',
  'show-id',
  'reset-id',
  'track',
  'flush',
  'events',
  'preview',
  'log',
  'export',
  'report',
  'clear',
  'forget',
  'init',
];
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** A busy machine is no reason to fail. */
const PATIENT = { ONRAMP_ANALYTICS_TIMEOUT_MS: '20000' };

let host: Host;
beforeEach(async () => {
  host = await makeProject();
});
afterEach(() => host.remove());

const idIn = (text: string) => /^ANALYTICS_ID=(.*)$/m.exec(text)?.[1];

describe('help', () => {
  it('of everything lists every command, and what each is for', async () => {
    const { status, stdout, stderr } = await host.shim(['--help']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^ +${command} +\\S`, 'm'));
    expect(stdout).not.toMatch(/^ +collect\b/m);
    expect(stdout).not.toContain('\u001b');
  });

  it.each(COMMANDS)('of %s is printed, and nothing is done', async (command) => {
    const before = snapshot(host.root);
    for (const flag of ['--help', '-h']) {
      const { status, stdout, stderr } = await host.shim([command, flag]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toContain(`onramp-analytics ${command}`);
      expect(stdout).toContain('USAGE');
    }
    expect(snapshot(host.root)).toEqual(before);
  });

  it.each([40, 80])('fits %d columns, with an example of everything', async (columns) => {
    for (const args of [['--help'], ...COMMANDS.map((command) => [command, '--help'])]) {
      const { stdout } = await host.shim(args, { COLUMNS: String(columns), NO_COLOR: '1' });
      const widest = Math.max(...stdout.split('\n').map((line) => [...line].length));
      expect(widest, `${args}:\n${stdout}`).toBeLessThanOrEqual(columns);
      const [own = ''] = args[0] === '--help' ? [] : args;
      expect(stdout).toMatch(new RegExp(`EXAMPLES\n {2}onramp-analytics ${own}`));
    }
  });

  it('has the version beside it', async () => {
    expect(await host.shim(['--version'])).toMatchObject({ status: 0, stdout: `${VERSION}\n` });
  });
});

describe('wrong usage exits 2, with a message that does not repeat what was typed', () => {
  it.each([
    [[]],
    [['canary-command']],
    [['enable', '--canary']],
    [['enable', '-x']],
    [['enable', 'canary']],
    [['enable', '--local=false']],
    [['enable', '--local=canary']],
    [['enable', '--no-local']],
    [['enable', '--Local']],
    [['enable', '-local']],
    [['log', '--limit']],
    [['log', '--limit', '--json']],
    [['log', '--limit', '-canary']],
    [['log', '--event', 'canary']],
    [['log', '--', 'canary']],
    [['status', 'canary']],
    [['status', '--canary=1']],
    [['disable', 'canary']],
    [['show-id', '--json']],
    [['reset-id', 'canary']],
    [['flush', 'canary']],
    [['events', 'canary']],
    [['preview', 'canary']],
    [['preview', 'service_started', 'canary']],
    [['init', '.', 'canary']],
    [['track']],
    [['track', '--canary']],
    [['constructor']],
    [['__proto__']],
  ])('%j', async (words) => {
    host.write('onramp.lock', lockOf('1'));
    const before = snapshot(host.root);
    const { status, stdout, stderr } = await host.shim(words, { ONRAMP_ANALYTICS_SENDER: 'none' });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/onramp-analytics: .+\n$/);
    expect(stderr).not.toContain('canary');
    expect(stderr).not.toMatch(/\n +at /);
    expect(snapshot(host.root)).toEqual(before);
  });
});

describe('options', () => {
  it('that take no value, or one that is not there, are named; what was typed is not', async () => {
    const said = async (...words: string[]) => (await host.shim(words)).stderr;
    expect(await said('enable', '--local=canary')).toContain('--local takes no value');
    expect(await said('log', '--limit')).toContain('--limit takes a value: --limit N.');
    expect(await said('log', '--since', '-7d')).toContain('--since=TIME');
    expect(await said('track')).toContain('track needs an argument: EVENT.');
    expect(await said('preview', 'a', 'b')).toContain('no more arguments than EVENT');
    expect(existsSync(host.lock)).toBe(false);
  });
});

describe('what cannot be written', () => {
  const ALL = [
    ['status'],
    ['status', '--json'],
    ['events'],
    ['log', '--json'],
    ['export'],
    ['report'],
  ];

  it.each(ALL)('makes a command fail on a full disk: %s %s', async (...words) => {
    const command = [BUNDLE, ...words.filter(Boolean)];
    const { status, stderr } = await run(
      'sh',
      ['-c', 'exec node "$@" >/dev/full', 'sh', ...command],
      {
        cwd: host.root,
      },
    );
    expect(status).toBe(1);
    expect(stderr).toBe(
      'onramp-analytics: The output could not be written: no space left on the disk.\n',
    );
  });

  it('is not deleted by a clear that waits for it', async () => {
    host.write('onramp.lock', lockOf('local'));
    await host.shim(['track', 'service_started', 'service_name=plex']);
    const script = 'node "$0" export >/dev/full && node "$0" clear --yes';
    expect((await run('sh', ['-c', script, BUNDLE], { cwd: host.root })).status).toBe(1);
    expect(host.records()).toHaveLength(1);
  });
});

describe('in a folder that was deleted', () => {
  const inNowhere = (words: string) => {
    const script = `mkdir gone && cd gone && rmdir ../gone && exec node "$0" ${words}`;
    return run('sh', ['-c', script, BUNDLE], { cwd: host.root });
  };

  it('commands say so, and track is silent', async () => {
    const { status, stderr } = await inNowhere('status');
    expect(status).toBe(1);
    expect(stderr).toContain('The current folder was deleted');
    const track = await inNowhere('track service_started service_name=plex');
    expect(track).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });
});

/** Prints which modules of Node's own a command has loaded, and whether a sender was. */
const SPY = `
const before = new Set(process.moduleLoadList);
process.on('exit', () => {
  const more = process.moduleLoadList.filter((name) => !before.has(name));
  const own = more.filter((name) => /^NativeModule (?!internal)/.test(name));
  if (!('CompressionStream' in globalThis)) own.push('posthog');
  require('node:fs').writeSync(2, own.map((name) => name.replace('NativeModule ', '')).join(' '));
});
`;

describe('a command loads what it needs', () => {
  const loadedBy = async (...words: string[]) => {
    const spy = join(host.root, '../spy.cjs');
    writeFileSync(spy, SPY);
    const node = process.env.TEST_NODE ?? process.execPath;
    const { stderr } = await run(node, ['--require', spy, BUNDLE, ...words], { cwd: host.root });
    return stderr.split(' ');
  };

  it.each([['status'], ['show-id']])('%s: no cryptography, no network, no sender', async (name) => {
    host.write('onramp.lock', lockOf('1'));
    await host.shim(['track', 'service_started', 'service_name=plex']);
    host.write('.env', 'ONRAMP_ANALYTICS_API_KEY=k\n');
    const loaded = await loadedBy(name);
    for (const module of ['crypto', 'http', 'https', 'net', 'tls', 'zlib', 'dns', 'posthog']) {
      expect(loaded).not.toContain(module);
    }
    expect(await loadedBy('preview')).toContain('posthog'); // The spy sees what there is to see.
  });
});

describe('a Node', () => {
  const as = (AS_NODE: string) =>
    host.shim(['enable'], {
      AS_NODE,
      NODE_OPTIONS: `--require ${join(import.meta.dirname, 'support/old-node.cjs')}`,
    });

  // What they can do is tested with each of them: .ci/nodes.
  it.each(['20.16.0', '20.19.2', '22.3.0', '24.0.0'])('of %s is not refused', async (version) => {
    expect(await as(version)).toMatchObject({ status: 0, stderr: '' });
  });

  it.each(['18.20.8', '20.15.1'])('of %s is, with what is needed', async (version) => {
    const { status, stderr } = await as(version);
    expect(status).toBe(1);
    expect(stderr).toContain('20.16');
    expect(stderr).toContain(`v${version}`);
    expect(existsSync(host.lock)).toBe(false);
  });
});

describe('enable, disable', () => {
  it('shows the notice exactly once in the life of a project', async () => {
    const first = await host.shim(['enable']);
    expect(first).toMatchObject({ status: 0, stderr: '' });
    for (const word of ['Sent:', 'Never sent:', 'Turn off:', 'Read more:  .onramp/README.md']) {
      expect(first.stdout).toContain(word);
    }
    expect(first.stdout).toContain('make analytics-disable');
    for (const command of [['enable'], ['disable'], ['enable', '--local'], ['enable']]) {
      const { status, stdout } = await host.shim(command);
      expect(status).toBe(0);
      expect(stdout).not.toContain('Never sent:');
    }
    expect(host.read('onramp.lock')).toContain('ANALYTICS_NOTICE_SHOWN=1\n');
  });

  it('still owes the notice after local mode', async () => {
    expect((await host.shim(['enable', '--local'])).stdout).not.toContain('Never sent:');
    expect((await host.shim(['enable'])).stdout).toContain('Never sent:');
  });

  it('writes the three keys, and keeps the id through off and on', async () => {
    await host.shim(['enable']);
    const id = idIn(host.read('onramp.lock'));
    expect(id).toMatch(UUID);
    expect(host.read('onramp.lock')).toBe(
      `ANALYTICS_ENABLED=1\nANALYTICS_ID=${id}\nANALYTICS_NOTICE_SHOWN=1\n`,
    );
    expect((await host.shim(['disable'])).stdout).toContain('Analytics is off.');
    await host.shim(['enable', '--local']);
    expect(host.read('onramp.lock')).toBe(
      `ANALYTICS_ENABLED=local\nANALYTICS_ID=${id}\nANALYTICS_NOTICE_SHOWN=1\n`,
    );
  });

  it('says when the environment is stronger', async () => {
    host.write('onramp.lock', lockOf('0'));
    const { status, stdout } = await host.shim(['enable'], { DO_NOT_TRACK: '1' });
    expect(status).toBe(0);
    expect(stdout).toContain('DO_NOT_TRACK in the environment decides: off');
  });

  it('throws away what waits when it is turned off, and says so', async () => {
    host.write('onramp.lock', lockOf('1'));
    await host.shim(['track', 'service_started', 'service_name=plex']);
    expect((await host.shim(['disable'])).stdout).toContain('1 waiting event(s) were thrown away');
    const server = await startServer();
    const env = { POSTHOG_API_KEY: 'k', POSTHOG_HOST: server.url, ...PATIENT };
    await host.shim(['enable'], env);
    await host.shim(['flush'], env);
    await server.close();
    expect(server.requests).toEqual([]);
  });

  it('never sends what was recorded in local mode', async () => {
    host.write('onramp.lock', lockOf('local'));
    const server = await startServer();
    const env = { POSTHOG_API_KEY: 'k', POSTHOG_HOST: server.url, ...PATIENT };
    await host.shim(['track', 'service_started', 'service_name=plex'], env);
    await host.shim(['flush'], env);
    expect(host.records()).toMatchObject([{ local: true, event: 'service_started' }]);
    await host.shim(['enable'], env);
    await host.shim(['track', 'service_stopped', 'service_name=plex'], env);
    await server.close();
    expect(server.events().map(({ event }) => event)).toEqual(['service_stopped']);
  });

  it('works from a folder inside of the project', async () => {
    host.write('onramp.lock', lockOf('1'));
    mkdirSync(`${host.root}/a/b`, { recursive: true });
    expect((await shim(['show-id'], { cwd: `${host.root}/a/b` })).stdout).toBe(`${ID}\n`);
    expect(existsSync(`${host.root}/a/b/onramp.lock`)).toBe(false);
  });
});

describe('the anonymous id', () => {
  it('is shown as it is sent, and does not exist before it is needed', async () => {
    const none = await host.shim(['show-id']);
    expect(none).toMatchObject({ status: 1, stdout: '' });
    expect(none.stderr).toContain('analytics-enable');
    host.write('onramp.lock', lockOf('1'));
    expect(await host.shim(['show-id'])).toMatchObject({ status: 0, stdout: `${ID}\n` });
  });

  it('changes with reset-id, and nothing recorded under the old one is sent', async () => {
    const server = await startServer((_request, response) => {
      response.statusCode = 503;
      response.end();
    });
    const env = { POSTHOG_API_KEY: 'k', POSTHOG_HOST: server.url, ...PATIENT };
    host.write('onramp.lock', lockOf('1'));
    await host.shim(['track', 'service_started', 'service_name=plex'], env);
    const { stdout } = await host.shim(['reset-id'], env);
    const id = idIn(host.read('onramp.lock'));
    expect(id).toMatch(UUID);
    expect(id).not.toBe(ID);
    expect(stdout).toContain(id);
    server.behave((_request, response) => response.end('{}'));
    await host.shim(['track', 'service_stopped', 'service_name=plex'], env);
    await server.close();
    expect(server.events().map(({ event, distinct_id }) => [event, distinct_id])).toEqual([
      ['service_started', ID],
      ['service_stopped', id],
    ]);
  });
});

describe('status', () => {
  it('shows mode, decider, id, sender, host, key, what waits and the last delivery', async () => {
    host.write('onramp.lock', lockOf('1'));
    await host.shim(['track', 'service_started', 'service_name=plex']);
    const { status, stdout, stderr } = await host.shim(['status']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.split('\n').map((line) => line.trim().replace(/: +/, ': '))).toEqual([
      'Analytics: on',
      'Decided by: ANALYTICS_ENABLED in onramp.lock',
      `Anonymous id: ${ID}`,
      'Sender: posthog',
      'Host: https://us.i.posthog.com',
      'API key: not set: events wait. Set ONRAMP_ANALYTICS_API_KEY in the',
      'environment or in .env',
      'Waiting: 1 event(s)',
      'Last delivery: none yet',
      `State: ${host.lock}`,
      `Record: ${host.record}`,
      '',
    ]);
  });

  it.each([40, 80])('fits %d columns', async (columns) => {
    const env = { COLUMNS: String(columns), ONRAMP_ANALYTICS_SENDER: 'pigeon' };
    const { stdout } = await host.shim(['status'], env);
    const widest = Math.max(...stdout.split('\n').map((line) => [...line].length));
    expect(widest, stdout).toBeLessThanOrEqual(columns);
  });

  it('shows nothing that a terminal would obey, whoever wrote it', async () => {
    host.write('onramp.lock', lockOf('1'));
    await host.shim(['track', 'service_started', 'service_name=plex']);
    const evil = '\u001b]0;evil\u0007\u009b31m\u202e';
    const last = { at: evil, outcome: evil, events: evil, detail: evil };
    const state = { cursor: 0, batch: 100, failures: 0, retryAtMs: 0, last };
    writeFileSync(join(host.record, 'delivery.json'), JSON.stringify(state));
    for (const args of [['status'], ['status', '--json']]) {
      for (const POSTHOG_HOST of [`https://${evil}`, `https://h.test/${evil}`]) {
        const { stdout, stderr } = await host.shim(args, {
          POSTHOG_HOST,
          ONRAMP_ANALYTICS_SENDER: evil,
          ONRAMP_ANALYTICS_TIMEOUT_MS: evil,
        });
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
        expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
      }
    }
  });

  it('nor do the other commands', async () => {
    host.write('onramp.lock', lockOf('1'));
    await host.shim(['track', 'error_occurred', 'command=up', 'error_type=exit_2']);
    const evil = '\u001b]0;evil\u0007\u009b31m\u202e';
    const [record] = host.records();
    const properties = { command: evil, error_type: evil, [evil]: evil };
    for (const event of ['error_occurred', 'command_executed', evil]) {
      const line = { ...record, uuid: `${event}-0`, event, properties };
      appendFileSync(host.journal, `${JSON.stringify(line)}\n`);
    }
    const env = { ONRAMP_ANALYTICS_SENDER: 'http', ONRAMP_ANALYTICS_API_KEY: evil };
    for (const args of [
      ['log'],
      ['log', '--json'],
      ['report'],
      ['report', '--json'],
      ['preview'],
    ]) {
      const { stdout, stderr } = await host.shim(args, env);
      expect(stdout).not.toBe('');
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
      expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    }
  });

  it('counts what waits wherever it is, also what nobody has recorded yet', async () => {
    host.write('onramp.lock', lockOf('1'));
    await host.shim(['track', 'service_started', 'service_name=plex']);
    const spool = join(host.record, 'spool');
    mkdirSync(spool, { recursive: true });
    writeFileSync(join(spool, 'ID.start'), 'v1 1 1 - - \nup\n\n');
    writeFileSync(join(spool, 'reports'), 'service_started service_name=plex\nlocal: x a=b\n');
    const { stdout } = await host.shim(['status', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      waiting: 4,
      waiting_in_journal: 1,
      waiting_in_spool: 3,
      problem: null,
    });
    expect((await host.shim(['status'])).stdout).toContain(
      '4 event(s), 3 of which not recorded yet',
    );
  });

  it('says that the record cannot be written, when analytics is on', async () => {
    host.write('onramp.lock', lockOf('1'));
    mkdirSync(host.record);
    const file = join(host.record, 'leases');
    writeFileSync(file, '');
    const { status, stdout } = await host.shim(['status', '--json']);
    expect(status).toBe(1);
    expect(JSON.parse(stdout).problem).toBe(`Nothing can be recorded: ${file} is not a folder.`);
    rmSync(file);
    symlinkSync('/dev/null', file);
    expect((await host.shim(['status'])).stdout).toContain('Nothing can be recorded');
    host.write('onramp.lock', lockOf('0'));
    expect((await host.shim(['status'])).status).toBe(0);
  });

  it('says that nothing can be recorded where there is no place for it', async () => {
    host.write('onramp.lock', lockOf('1'));
    rmSync(join(host.root, '.git'), { recursive: true });
    const { stdout } = await host.shim(['status', '--json'], { HOME: '' });
    expect(JSON.parse(stdout).problem).toContain('no home folder');
  });

  it('never shows the key', async () => {
    for (const args of [['status'], ['status', '--json']]) {
      const { stdout } = await host.shim(args, { POSTHOG_API_KEY: 'phc_secret_canary' });
      expect(stdout).not.toContain('canary');
      expect(stdout).toMatch(/set \(POSTHOG_API_KEY\)$|"key_set": true/m);
    }
  });

  it('as JSON has exactly the documented keys, before and after a delivery', async () => {
    const keys = [
      'schema',
      'version',
      'mode',
      'decided_by',
      'understood',
      'id',
      'sender',
      'host',
      'key_set',
      'waiting',
      'last_delivery',
      'paused_until',
      'lock',
      'record',
      'key_from',
      'waiting_in_journal',
      'waiting_in_spool',
      'beyond_limits',
      'problem',
    ];
    const before = JSON.parse((await host.shim(['status', '--json'])).stdout);
    expect(Object.keys(before)).toEqual(keys);
    expect(before).toMatchObject({
      schema: 1,
      mode: 'off',
      id: null,
      last_delivery: null,
      paused_until: null,
      problem: null,
    });
    expect(Object.keys(snapshot(host.root))).toEqual(['Makefile']);

    const server = await startServer();
    const env = { POSTHOG_API_KEY: 'k', POSTHOG_HOST: server.url, ...PATIENT };
    host.write('onramp.lock', lockOf('1'));
    await host.shim(['track', 'service_started', 'service_name=plex'], env);
    const after = JSON.parse((await host.shim(['status', '--json'], env)).stdout);
    await server.close();
    expect(Object.keys(after)).toEqual(keys);
    expect(after).toMatchObject({
      mode: 'on',
      host: server.url,
      key_set: true,
      waiting: 0,
      last_delivery: { outcome: 'delivered', events: 1, detail: 'HTTP 200' },
    });
  });

  it('counts as waiting what the journal owes, and nothing else', async () => {
    host.write('onramp.lock', lockOf('1'));
    for (const name of ['plex', 'sonarr', 'whoami']) {
      await host.shim(['track', 'service_started', `service_name=${name}`]);
    }
    const waiting = async () => JSON.parse((await host.shim(['status', '--json'])).stdout).waiting;
    expect(await waiting()).toBe(3);
    await host.shim(['reset-id']);
    expect(await waiting()).toBe(0);
  });
});

describe('log', () => {
  it('of nothing says what is so: with a filter, and without', async () => {
    const said = async (...words: string[]) => (await host.shim(['log', ...words])).stderr;
    expect(await said()).toBe('No event is recorded.\n');
    expect(await said('--event', 'error_occurred')).toBe(
      'No recorded event matches --event error_occurred.\n',
    );
    expect(await said('--event', 'error_occurred', '--since', '7d')).toBe(
      'No recorded event matches --event error_occurred and --since 7d.\n',
    );
    host.write('onramp.lock', lockOf('local'));
    await host.shim(['track', 'service_started', 'service_name=plex']);
    expect(await said()).toBe('');
    expect(await said('--limit', '0')).toBe('');
    expect(await said('--event', 'error_occurred')).toContain('matches --event error_occurred');
  });

  it.each([40, 80])('fits %d columns, and keeps each value whole', async (columns) => {
    writeJournal(host.root, { delivered: 30, dropped: 2, local: 3, waiting: 4 });
    const { stdout } = await host.shim(['log'], { COLUMNS: String(columns) });
    const lines = stdout.trimEnd().split('\n');
    expect(Math.max(...lines.map((line) => [...line].length)), stdout).toBeLessThanOrEqual(columns);
    expect(lines.filter((line) => /^\d{4}-/.test(line))).toHaveLength(39);
    expect(stdout).toMatch(/command=\w[\w-]+/);
    expect(stdout.replace(/\s+/g, ' ')).toContain('· dropped: the server rejected it (HTTP 400)');
  });

  it('as JSON has the delivery status under both of its names', async () => {
    writeJournal(host.root, { delivered: 1, waiting: 1 });
    const { events } = JSON.parse((await host.shim(['log', '--json'])).stdout);
    expect(events).toHaveLength(2);
    expect(events[1]).toMatchObject({ fate: { outcome: 'waiting' } });
    for (const { fate, delivery_status } of events) expect(delivery_status).toEqual(fate);
  });
});

describe('preview', () => {
  it('shows what would be sent, not what would be dropped', async () => {
    const none = { ONRAMP_ANALYTICS_SENDER: 'none' };
    await host.shim(['enable']);
    await host.shim(['track', 'service_started', 'service_name=plex'], none);
    const id = (await host.shim(['show-id'])).stdout.trim();
    const other = id.replace(/^./, (first) => (first === '0' ? '1' : '0'));
    host.write('onramp.lock', host.read('onramp.lock').replace(id, other));
    expect((await host.shim(['preview'])).stdout).toContain('an example of');
  });

  it('names the place that the host’s own path leads to', async () => {
    const env = { POSTHOG_HOST: 'https://h.example/ana/', ONRAMP_ANALYTICS_SENDER: 'http' };
    const { stdout } = await host.shim(['preview'], env);
    expect(stdout).toContain('POST https://h.example/ana/api/v1/telemetry/batch');
  });

  const parsed = (body: unknown) => {
    const copy = structuredClone(body) as { sent_at?: string };
    delete copy.sent_at; // The moment of the request itself.
    return copy;
  };

  it.each(['posthog', 'http'])('shows what then arrives on the wire, sender %s', async (sender) => {
    const server = await startServer();
    const env = {
      POSTHOG_HOST: server.url,
      POSTHOG_API_KEY: 'phc_test',
      ...PATIENT,
      ONRAMP_ANALYTICS_SENDER: sender,
    };
    host.write('onramp.lock', lockOf('1'));
    const waiting = { ...env, ONRAMP_ANALYTICS_SENDER: 'none' };
    await host.shim(['track', 'service_started', 'service_name=plex'], waiting);
    await host.shim(['track', 'command_executed', 'command=up', 'success=true'], waiting);
    const before = snapshot(host.root);
    const preview = await host.shim(['preview', '--json'], env);
    const text = (await host.shim(['preview'], env)).stdout;
    expect(snapshot(host.root)).toEqual(before);
    expect(server.requests).toEqual([]);

    await host.shim(['flush'], env);
    await server.close();
    expect(server.requests).toHaveLength(1);
    const { method, url, headers, raw } = server.requests[0]!;
    expect(parsed(JSON.parse(preview.stdout))).toEqual(parsed(JSON.parse(raw.toString())));
    // The text shows every header, but for what HTTP itself adds.
    expect(text).toContain(`${method} ${server.url}${url}\n`);
    const shown = /\n\n\w+ \S+\n((?:.+\n)*)\n/.exec(text)![1]!.trim().split('\n');
    const sent = Object.entries(headers)
      .filter(([name]) => !['host', 'connection', 'content-length'].includes(name))
      .map(([name, value]) => `${name}: ${value}`);
    expect(
      shown.map((line) => line.replace(/^[^:]+/, (name) => name.toLowerCase())).sort(),
    ).toEqual(sent.sort());
  });

  it.each(Object.keys(EVENTS))('shows an example of %s, and needs no key', async (event) => {
    const { status, stdout } = await host.shim(['preview', event, '--json']);
    expect(status).toBe(0);
    const [example, ...more] = JSON.parse(stdout).batch;
    expect(more).toEqual([]);
    expect(example.event).toBe(event);
    const own = Object.keys(EVENTS[event as keyof typeof EVENTS].properties);
    expect(Object.keys(example.properties).sort()).toEqual(
      [...own, ...Object.keys(COMMON), ...Object.keys(WIRE)].sort(),
    );
  });
});

describe('events', () => {
  it('is the catalogue, as JSON', async () => {
    const { status, stdout } = await host.shim(['events', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      events: EVENTS,
      common: COMMON,
      wire: WIRE,
      request: REQUEST,
    });
  });

  it('names every event and property, for people', async () => {
    const { stdout } = await host.shim(['events']);
    for (const [event, { properties }] of Object.entries(EVENTS)) {
      expect(stdout).toContain(`${event}: `);
      for (const name of Object.keys(properties)) expect(stdout).toContain(`    ${name} (`);
    }
    const beside = [...Object.keys(COMMON), ...Object.keys(WIRE), ...Object.keys(REQUEST)];
    for (const name of beside) expect(stdout).toContain(`    ${name}`);
  });

  it.each([40, 80])('fits %d columns', async (columns) => {
    const { stdout } = await host.shim(['events'], { COLUMNS: String(columns) });
    const widest = Math.max(...stdout.split('\n').map((line) => [...line].length));
    expect(widest).toBeLessThanOrEqual(columns);
  });
});
