// From make to events: which commands are tracked, and what they are recorded as.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { filesBelow, type Host, makeHost } from './support/host';
import { quiet } from './support/processes';
import { lockOf, snapshot } from './support/project';
import { executed, failed, RECORD_ONLY, recorded, type Short } from './support/recorded';
import { cleanEnv, run } from './support/run';

const MAKE = process.env.TEST_MAKE ?? 'make';

describe('goals become events', () => {
  const GOALS =
    'enable-service disable-service remove-service start-service stop-service down-service ' +
    'restart-service nuke-service enable-override disable-override remove-override ' +
    'scaffold-build up plex plex-nfs';
  const service = { service_name: 'plex' };
  const TABLE: [goals: string, expected: Short | undefined][] = [
    ['enable-service plex', ['service_enabled', { ...service, has_scaffold: false }]],
    ['disable-service plex', ['service_disabled', service]],
    ['remove-service plex', ['service_disabled', service]],
    ['start-service plex', ['service_started', service]],
    ['stop-service plex', ['service_stopped', service]],
    ['down-service plex', ['service_stopped', service]],
    ['restart-service plex', ['service_restarted', service]],
    ['nuke-service plex', ['service_nuked', service]],
    ['enable-override plex-nfs', ['override_enabled', { override_name: 'plex-nfs' }]],
    ['disable-override plex-nfs', ['override_disabled', { override_name: 'plex-nfs' }]],
    ['remove-override plex-nfs', ['override_disabled', { override_name: 'plex-nfs' }]],
    ['scaffold-build plex', ['scaffold_built', service]],
    ['up', undefined],
    ['up plex', undefined],
    ['enable-service', undefined],
  ];

  let host: Host;
  beforeEach(async () => {
    host = await makeHost({
      files: {
        Makefile: `.PHONY: ${GOALS}\n${GOALS}: ; @exit $(or $(STATUS),0)\n`,
        'services-available/plex.yml': '',
        'overrides-available/plex-nfs.yml': '',
        'onramp.lock': lockOf('1'),
      },
    });
  });
  afterEach(() => host.remove());

  it.each(TABLE)('make %s, when it succeeds and only then', async (goals, event) => {
    const words = goals.split(' ');
    const command = executed(words[0]!);
    expect(await host.make(words, RECORD_ONLY)).toMatchObject({
      status: 0,
      stdout: '',
      stderr: '',
    });
    expect(recorded(host)).toEqual(event ? [event, command] : [command]);
    const before = host.records().length;
    expect((await host.make([...words, 'STATUS=3'], RECORD_ONLY)).status).toBe(2);
    expect(recorded(host, before)).toEqual(failed(words[0]!));
  });
});

describe('in the homelab', () => {
  let host: Host;
  beforeEach(async () => {
    host = await makeHost();
    host.write('onramp.lock', lockOf('1'));
  });
  afterEach(() => host.remove());

  it('a make inside of make is a part of the command, not a command', async () => {
    await host.make(['nuke-service', 'plex'], RECORD_ONLY);
    expect(recorded(host)).toEqual([
      ['service_nuked', { service_name: 'plex' }],
      executed('nuke-service'),
    ]);
  });

  it('make alone is the default goal', async () => {
    const { stdout } = await host.make([], RECORD_ONLY);
    expect(stdout).toBe('');
    expect(recorded(host)).toEqual([executed('start')]);
  });

  /** make’s last words. Only a failure can give make its status, and make tells every failure. */
  const lastWords = /^\S*make\S*: \*\*\* \[[^\n]+\] Error 2\n$/;

  /** make 4.0 and 4.1 say where in a line of its own, which goes to stdout. */
  async function whereOf(goal: string): Promise<RegExp> {
    const isOld = /^GNU Make 4\.[01]\n/.test((await host.make(['--version'])).stdout);
    return isOld
      ? new RegExp(`^\\.onramp/analytics\\.mk:\\d+: recipe for target '${goal}' failed\n$`)
      : /^$/;
  }

  it.each([
    ['a failing command', ['check', 'plex'], 'check'],
    ['a target that does not exist', ['canary-typo'], 'unknown'],
  ])(
    '%s returns what it did and says what it did, and one line of make’s',
    async (_what, goals, command) => {
      const plain = await host.make(['-f', 'Makefile', ...goals]);
      const { status, stdout, stderr } = await host.make(goals, RECORD_ONLY);
      expect({ status, start: stdout.slice(0, plain.stdout.length) }).toEqual({
        status: 2,
        start: plain.stdout,
      });
      expect(stdout.slice(plain.stdout.length)).toMatch(await whereOf(goals[0]!));
      expect(stderr.slice(0, plain.stderr.length)).toBe(plain.stderr);
      expect(stderr.slice(plain.stderr.length)).toMatch(lastWords);
      expect(recorded(host)).toEqual(failed(command));
      expect(JSON.stringify(host.records())).not.toContain('canary');
    },
  );

  it('takes the duration from the command, not from the shim', async () => {
    const makefile = host.read('make.d/tools.mk').replace('sleep 1', 'sleep 0.3');
    host.write('make.d/tools.mk', makefile);
    const { wallMs } = await host.make(['backup'], RECORD_ONLY);
    const { duration_ms } = host.records()[0]!.properties as { duration_ms: number };
    expect(duration_ms).toBeGreaterThanOrEqual(290);
    expect(duration_ms).toBeLessThanOrEqual(wallMs);
  });

  it.each([
    ['-n', 0],
    ['-q', 1],
    ['-t', 0],
    ['-p', 0],
    ['--dry-run', 0],
    ['--just-print', 0],
    ['--touch', 0],
    ['--question', 1],
    ['--print-data-base', 0],
    ['-kn', 0],
    ['-npq', 1],
  ])('make %s is not tracked, and nothing of the tracking runs', async (flag, status) => {
    host.git();
    await host.make(['list-services'], RECORD_ONLY); // The record folder is there.
    const before = snapshot(host.root);
    const makefile = await host.make(['-f', 'Makefile', flag, 'enable-service', 'plex']);
    // `-t` makes the files that targets are named after; that is make’s own doing.
    const undo = () => {
      for (const file of filesBelow(host.root)) {
        if (!(file in before)) rmSync(join(host.root, file), { recursive: true, force: true });
      }
    };
    undo();
    const tracked = await host.make([flag, 'enable-service', 'plex'], RECORD_ONLY);
    expect(tracked.status).toBe(status);
    expect(tracked.stderr).toBe(makefile.stderr);
    if (!/p(?!r)/.test(flag) && flag !== '--print-data-base') {
      expect(tracked.stdout).toBe(makefile.stdout);
    }
    expect(filesBelow(host.root).filter((file) => file.includes('onramp'))).toEqual(
      Object.keys(before).filter((file) => file.includes('onramp')),
    );
    undo();
    expect(snapshot(host.root)).toEqual(before);
  });

  it.each([['--version'], ['--help']])('make %s is not tracked', async (flag) => {
    const result = await host.make([flag], RECORD_ONLY);
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(filesBelow(host.root)).not.toContain('.git/onramp-analytics/journal.ndjson');
  });

  it('an analytics target is not tracked', async () => {
    await host.make(['analytics-status'], RECORD_ONLY);
    await host.make(['analytics-show-id'], RECORD_ONLY);
    expect(recorded(host)).toEqual([]);
  });

  it('Ctrl-C is no error: the next command records the one that was interrupted', async () => {
    // On a busy machine make itself at times waits for a child that it has waited for already, with or
    // without us, and exits 2. Then there is nothing to compare.
    const interrupt = async (args: string[]): Promise<unknown[]> => {
      const child = spawn(MAKE, args, {
        cwd: host.root,
        env: cleanEnv(RECORD_ONLY),
        detached: true, // A process group of its own, as a terminal gives it.
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let said = '';
      child.stderr.on('data', (text) => {
        said += text;
      });
      const ended = once(child, 'close');
      await once(child.stdout, 'data');
      process.kill(-child.pid!, 'SIGINT');
      const how = await ended;
      if (!said.includes('wait: No child processes')) return how;
      await quiet(host.root);
      rmSync(host.record, { recursive: true, force: true });
      return interrupt(args);
    };
    const plain = await interrupt(['-f', 'Makefile', 'logs']);
    expect(await interrupt(['logs'])).toEqual(plain);
    expect(plain).toEqual([null, 'SIGINT']);
    expect(recorded(host)).toEqual([]);
    await host.make(['list-services'], RECORD_ONLY);
    expect(recorded(host)).toEqual([
      ['command_executed', { command: 'logs' }],
      executed('list-services'),
    ]);
    expect(filesBelow(join(host.record, 'spool'))).toEqual([]);
  });

  it('what ran while analytics was off is never recorded later', async () => {
    await host.shim(['enable']);
    // Edited by hand: that holds at once.
    host.write('onramp.lock', lockOf('0'));
    await host.make(['list-services'], RECORD_ONLY);
    host.write('onramp.lock', lockOf('1'));
    await host.shim(['status']);
    await host.make(['help'], RECORD_ONLY);
    expect(recorded(host)).toEqual([executed('help')]);
  });

  it('a command that is under way when analytics is turned off is not recorded', async () => {
    await host.shim(['enable']);
    host.write('Makefile', `${host.read('Makefile')}\noff: ; @.onramp/onramp-analytics disable\n`);
    expect((await host.make(['off'], RECORD_ONLY)).status).toBe(0);
    await host.shim(['enable']);
    await host.make(['help'], RECORD_ONLY);
    expect(recorded(host)).toEqual([executed('help')]);
  });

  it('is over with the line that said so, when somebody deletes it', async () => {
    await host.shim(['disable']);
    await host.shim(['enable']);
    const text = host.read('onramp.lock');
    host.write('onramp.lock', text.replace(/^ANALYTICS_ENABLED=.*\n/m, ''));
    await host.make(['list-services'], RECORD_ONLY);
    expect(host.records()).toEqual([]);
    expect(filesBelow(join(host.record, 'spool'))).toEqual([]);
  });

  it('keeps its record out of git', async () => {
    host.git();
    await host.make(['enable-service', 'plex'], RECORD_ONLY);
    const { stdout } = await run('git', ['status', '--porcelain', '--untracked-files=all'], {
      cwd: host.root,
    });
    expect(stdout).not.toMatch(/onramp-analytics\/|onramp\.lock/);
  });
});

describe('a recipe that reports an event', () => {
  let host: Host;
  const makefile = [
    'export X',
    'report: ; @$(call analytics-event,service_enabled,service_name=plex has_scaffold=true)',
    'tell: ; @$(call analytics-event,service_started,service_name=$(X))',
    'nonsense: ; @$(call analytics-event,canary,secret=1); echo fine',
    'loud: ; $(call analytics-event,service_started,service_name=plex)',
    '',
  ].join('\n');
  beforeEach(async () => {
    host = await makeHost({
      files: {
        Makefile: makefile,
        'services-available/plex.yml': '',
        'onramp.lock': lockOf('1'),
      },
    });
  });
  afterEach(() => host.remove());

  it('has it recorded with the command', async () => {
    const result = await host.make(['report'], RECORD_ONLY);
    expect(result).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(recorded(host).sort()).toEqual([
      executed('report'),
      ['service_enabled', { service_name: 'plex', has_scaffold: true }],
    ]);
  });

  it('has its time and place in the record, also when it waited', async () => {
    const beginMs = Date.now();
    await host.make(['report'], RECORD_ONLY);
    const [, event] = host
      .records()
      .sort((a, b) => String(a!.event).localeCompare(String(b!.event)));
    expect(event!.event).toBe('service_enabled');
    expect(Date.parse(String(event!.timestamp))).toBeGreaterThanOrEqual(beginMs - 1_000);
  });

  it('cannot bring a record past the catalogue, nor a name past the project', async () => {
    await host.make(['report'], RECORD_ONLY);
    const record = host.records()[0]!;
    const common = { shim_version: '1.0.0', ci: false };
    const properties = { service_name: 'secret-service', host: 'nas.secret', ...common };
    const forged = { ...record, uuid: `0${String(record.uuid).slice(1, -1)}0`, properties };
    mkdirSync(join(host.record, 'spool/in-the-way.records')); // And nobody's.
    writeFileSync(
      join(host.record, 'spool/0190b000-0000-7000-8000-000000000000.records'),
      `${JSON.stringify({ ...forged, event: 'service_started' })}\n`,
    );
    await host.make(['loud'], RECORD_ONLY);
    const text = host.read('.git/onramp-analytics/journal.ndjson');
    expect(text).not.toContain('secret');
    expect(text).toContain(forged.uuid);
  });

  it('is never sent when it was local, whoever records it later', async () => {
    const busy = join(host.root, '.git/onramp-analytics/leases/collect.9999');
    await host.make(['report'], RECORD_ONLY);
    writeFileSync(busy, JSON.stringify({ pid: process.pid, untilMs: Date.now() + 60_000 }));
    const local = { ...RECORD_ONLY, ONRAMP_ANALYTICS_TIMEOUT_MS: '300' };
    await host.make(['report'], { ...local, ONRAMP_ANALYTICS_ENABLED: 'local' });
    expect(host.records()).toHaveLength(2);
    writeFileSync(busy, 'free');
    await host.make(['report'], RECORD_ONLY);
    expect(host.records().map((record) => record!.local === true)).toEqual(
      // The one of before, then what was left of the local one, then this one's.
      [false, false, true, false, true, false],
    );
  });

  it('does nothing when analytics is off', async () => {
    host.write('onramp.lock', lockOf('0'));
    const before = snapshot(host.root);
    expect(await host.make(['report'], RECORD_ONLY)).toMatchObject({
      status: 0,
      stdout: '',
      stderr: '',
    });
    expect(snapshot(host.root)).toEqual(before);
  });

  it('cannot report what the catalogue does not have, and does not fail by it', async () => {
    const result = await host.make(['nonsense'], RECORD_ONLY);
    expect(result).toMatchObject({ status: 0, stdout: 'fine\n', stderr: '' });
    expect(recorded(host)).toEqual([executed('nonsense')]);
  });

  it.each([
    "a'; touch pwned; '",
    '$(touch pwned)',
    '`touch pwned`',
    'a\\"; touch pwned #',
    'a > pwned',
    '../secret',
  ])('has a hostile value (%s) neither run nor recorded', async (value) => {
    // Through the environment, as make itself would expand a `$` of the command line.
    const result = await host.make(['tell'], { ...RECORD_ONLY, X: value.replaceAll('$', '$$') });
    expect(result.status).toBe(0);
    expect(filesBelow(host.root)).not.toContain('pwned');
    const events = recorded(host);
    expect(events).toContainEqual(executed('tell'));
    expect(JSON.stringify(events)).not.toMatch(/pwned|secret/);
  });
});
