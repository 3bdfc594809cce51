// The spool: what sh noted is recorded once, by one collector at a time, or dropped for a reason.

import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { thisProcess } from '../src/files/running';
import { projectAt } from '../src/project/project';
import { recordProblem } from '../src/record/problem';
import { spooled } from '../src/spool/spool';
import { changeState } from '../src/state/change';
import { type Host, makeHost } from './support/host';
import { note, processOf, spoolOf, startTimeOf } from './support/notes';
import { quiet, until } from './support/processes';
import { isRoot, lockOf } from './support/project';
import { executed, failed, recorded } from './support/recorded';
import { BUNDLE, cleanEnv, run } from './support/run';
import { accept, type Server, startServer } from './support/server';

const NONE = { ONRAMP_ANALYTICS_SENDER: 'none', ONRAMP_ANALYTICS_TIMEOUT_MS: '10000' };
const SILENT = { status: 0, stdout: '', stderr: '' };
const DAY_MS = 24 * 3_600_000;

let host: Host;
beforeEach(async () => {
  host = await makeHost();
  host.write('onramp.lock', lockOf('1'));
  mkdirSync(join(host.record, 'spool'), { recursive: true });
});
afterEach(() => host.remove());

const collect = async (env: Record<string, string> = NONE) =>
  expect(await host.shim(['collect'], env)).toMatchObject(SILENT);
const waiting = () => spooled(projectAt(host.root));

describe('a command', () => {
  it('that is over is recorded with its flags, and its note is gone', async () => {
    note(host, { goals: ['start-service', 'plex'], status: 0 });
    note(host, { goals: ['down'], status: 2, flags: ' local  ci first unheard-of ' });
    expect(waiting()).toEqual({ commands: 2, running: 0, reports: 0, records: 0 });
    await collect();
    const events = recorded(host);
    expect(events).toHaveLength(4);
    expect(events).toEqual(expect.arrayContaining([executed('start-service'), ...failed('down')]));
    const local = host.records().filter((record) => record?.local);
    expect(local).toHaveLength(2);
    expect(local.every((record) => (record!.properties as { ci: boolean }).ci)).toBe(true);
    expect(spoolOf(host)).toEqual([]);
  });

  it('that was interrupted has no success, and counts as failed nowhere', async () => {
    note(host, { status: undefined });
    await collect();
    expect(recorded(host)).toEqual([['command_executed', { command: 'down' }]]);
  });

  it('that runs is waited for, by its number and its start', async () => {
    note(host, { process: processOf(process.pid) });
    await collect();
    expect(recorded(host)).toEqual([]);
    expect(waiting()).toMatchObject({ commands: 0, running: 1 });
    // The same number, taken by another process since.
    note(host, { process: processOf(process.pid, '7') });
    await collect();
    expect(recorded(host)).toHaveLength(1);
  });

  it('of another container is waited for a day, unless its end is there', async () => {
    const elsewhere = `1 5 ${randomUUID()} 5`;
    note(host, { process: elsewhere, ageMs: DAY_MS - 60_000 });
    note(host, { process: elsewhere, status: 0 });
    await collect();
    expect(recorded(host)).toEqual([executed('down')]);
    note(host, { process: elsewhere, ageMs: DAY_MS + 60_000 });
    await collect();
    expect(recorded(host)).toHaveLength(2);
    expect(spoolOf(host)).toHaveLength(1);
  });

  it('of a system without /proc is waited for by its number, for a week', async () => {
    note(host, { process: `${process.pid} - - -`, ageMs: 6 * DAY_MS });
    await collect();
    expect(recorded(host)).toEqual([]);
    note(host, { process: `${process.pid} - - -`, ageMs: 8 * DAY_MS });
    note(host, { process: '4194304 - - -' });
    await collect();
    expect(recorded(host)).toHaveLength(2);
  });

  it('whose note is not whole is forgotten once nobody can be writing it', async () => {
    const spool = join(host.record, 'spool');
    const torn = note(host, { ageMs: 120_000 });
    writeFileSync(join(spool, `${torn}.start`), `v1 ${processOf(1, '7')}\ndow`);
    const young = note(host, { status: 0 });
    writeFileSync(join(spool, `${young}.end`), '');
    await collect();
    expect(spoolOf(host)).toHaveLength(3);
    const old = new Date(Date.now() - 120_000);
    for (const name of spoolOf(host)) utimesSync(join(spool, name), old, old);
    await collect();
    expect(spoolOf(host)).toEqual([]);
    expect(recorded(host)).toEqual([]);
  });

  it('that could not be noted is recorded all the same, without its duration', async () => {
    await collect({
      ...NONE,
      ONRAMP_ANALYTICS_GOALS: 'enable-service\nplex',
      ONRAMP_ANALYTICS_STATUS: '0',
    });
    expect(recorded(host).map(([event, own]) => [event, own.command ?? own.service_name])).toEqual([
      ['service_enabled', 'plex'],
      ['command_executed', 'enable-service'],
    ]);
  });
});

describe('what recipes report', () => {
  it('is recorded from the spool, and from what a killed process had taken', async () => {
    const spool = join(host.record, 'spool');
    writeFileSync(join(spool, 'reports.1767225600000-00ff'), 'service_started service_name=plex\n');
    writeFileSync(join(spool, 'reports'), 'local: service_stopped service_name=plex\nnonsense\n');
    expect(waiting()).toMatchObject({ reports: 3 });
    await collect();
    expect(recorded(host).map(([event]) => event)).toEqual(['service_started', 'service_stopped']);
    expect(host.records().map((record) => record!.local)).toEqual([undefined, true]);
    expect(spoolOf(host)).toEqual([]);
  });

  it('is not read through a link', async () => {
    host.write('elsewhere', 'service_started service_name=plex\n');
    symlinkSync(join(host.root, 'elsewhere'), join(host.record, 'spool/reports'));
    await collect();
    expect(recorded(host)).toEqual([]);
    expect(host.read('elsewhere')).toContain('plex');
  });
});

describe('a setting that is wrong', () => {
  it.each([
    { POSTHOG_HOST: 'ftp://nowhere' },
    { ONRAMP_ANALYTICS_TIMEOUT_MS: 'soon' },
    { ONRAMP_ANALYTICS_SENDER: 'pigeon' },
  ])('(%o) costs no event: it is recorded, and waits', async (wrong) => {
    note(host, { status: 0 });
    writeFileSync(join(host.record, 'spool/reports'), 'service_started service_name=plex\n');
    await collect(wrong as Record<string, string>);
    const track = ['track', 'service_stopped', 'service_name=plex'];
    expect(await host.shim(track, wrong)).toMatchObject(SILENT);
    const server = await startServer();
    await host.shim(['flush'], { POSTHOG_API_KEY: 'k', POSTHOG_HOST: server.url });
    await server.close();
    expect(server.events().map(({ event }) => event)).toEqual([
      'command_executed',
      'service_started',
      'service_stopped',
    ]);
  });
});

describe('the collector', () => {
  let server: Server;
  const env = () => ({
    POSTHOG_API_KEY: 'k',
    POSTHOG_HOST: server.url,
    ONRAMP_ANALYTICS_TIMEOUT_MS: '8000',
  });
  const start = () =>
    spawn(process.env.TEST_NODE ?? process.execPath, [BUNDLE, 'collect'], {
      cwd: host.root,
      env: cleanEnv(env()),
      stdio: 'ignore',
    });
  beforeEach(async () => {
    server = await startServer();
  });
  afterEach(async () => {
    await quiet(host.root);
    await server.close();
  });

  it('says who it is while it runs, and takes what is noted meanwhile', async () => {
    const answers: (() => void)[] = [];
    server.behave((request, response) => answers.push(() => accept(request, response)));
    note(host, { status: 0 });
    const file = join(host.record, 'spool/collector');
    writeFileSync(file, 'as make/track wrote it\n');
    const child = start();
    await server.arrived(1);
    expect(readFileSync(file, 'utf8')).toBe(
      `${child.pid} ${processOf(1).split(' ').slice(2).join(' ')} ${startTimeOf(child.pid!)}\n`,
    );
    note(host, { status: 0 });
    // A second one leaves at once, and leaves the first one's name alone.
    const { wallMs } = await host.shim(['collect'], env());
    expect(wallMs).toBeLessThan(3_000);
    expect(server.requests).toHaveLength(1);
    expect(existsSync(file)).toBe(true);
    answers[0]!();
    await server.arrived(2);
    answers[1]!();
    await once(child, 'exit');
    expect(server.events()).toHaveLength(2);
    expect(spoolOf(host)).toEqual([]);
  });

  it('takes its name away at the deadline, too', async () => {
    server.behave(() => {});
    note(host, { status: 0 });
    await host.shim(['collect'], { ...env(), ONRAMP_ANALYTICS_TIMEOUT_MS: '2500' });
    expect(server.requests).toHaveLength(1);
    expect(spoolOf(host)).toEqual([]);
    // And its leases: another namespace could not see that it is gone.
    for (const name of readdirSync(join(host.record, 'leases'))) {
      expect(readFileSync(join(host.record, 'leases', name), 'utf8')).toBe('free');
    }
  });

  it('that was killed is replaced at once, and nothing is lost or counted twice', async () => {
    server.behave(() => {});
    note(host, { status: 0 });
    const child = start();
    await server.arrived(1);
    child.kill('SIGKILL');
    await once(child, 'exit');
    note(host, { status: 0 });
    server.behave(accept);
    await collect(env());
    expect(new Set(server.events().map(({ uuid }) => uuid)).size).toBe(2);
    expect(spoolOf(host)).toEqual([]);
  });
});

// Where the first process of a container waits for nobody, what was killed is there for ever (a zombie).
describe('a process that has ended, and whose parent has not asked', () => {
  let parent: ChildProcess;
  let pid: number;
  beforeEach(async () => {
    // `sleep 600` replaces the shell, and does not know of the child that it has.
    parent = spawn('sh', ['-c', 'sleep 600 & echo $!; exec sleep 600'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    pid = Number(String((await once(parent.stdout!, 'data'))[0]));
    // While it is still the shell, it asks after its child.
    await until(10_000, () => readFileSync(`/proc/${parent.pid}/comm`, 'utf8') === 'sleep\n');
  });
  afterEach(() => void parent.kill('SIGKILL'));
  const end = async () => {
    process.kill(pid, 'SIGKILL');
    await until(10_000, () => / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')));
  };

  it('runs no more: its command is over', async () => {
    note(host, { process: processOf(pid) });
    await collect();
    expect(waiting()).toMatchObject({ commands: 0, running: 1 });
    await end();
    await collect();
    expect(recorded(host)).toEqual([['command_executed', { command: 'down' }]]);
  });

  it('collects no more: another collector takes its place', async () => {
    const [, start, boot, first] = processOf(pid).split(' ');
    const { namespace } = thisProcess();
    await end();
    writeFileSync(join(host.record, 'spool/collector'), `${pid} ${boot} ${first} ${start}\n`);
    const lease = { pid, start, boot, namespace, untilMs: Date.now() + 30_000 };
    mkdirSync(join(host.record, 'leases'), { recursive: true });
    writeFileSync(join(host.record, 'leases/collect.1'), JSON.stringify(lease));
    await host.make(['list-services'], NONE);
    await quiet(host.root);
    expect(recorded(host)).toEqual([executed('list-services')]);
  });
});

describe('a collector that nobody can tell from another process', () => {
  it('is not waited for: the name it left without a start is no name', async () => {
    const project = await makeHost({ files: { Makefile: 'all: ; @:\n' } });
    project.write('onramp.lock', lockOf('1'));
    const spool = join(project.record, 'spool');
    mkdirSync(spool, { recursive: true });
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const first = readFileSync('/proc/1/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')[19];
    writeFileSync(join(spool, 'collector'), `1 ${boot} ${first}\n`);
    await project.make([], {
      ONRAMP_ANALYTICS_SENDER: 'none',
      ONRAMP_ANALYTICS_TIMEOUT_MS: '20000',
    });
    await quiet(project.root);
    expect(project.records()).toHaveLength(1);
    project.remove();
  });
});

describe('the marker of `disable` without Node', () => {
  const mark = () => writeFileSync(join(host.record, 'discard'), '');

  it('drops what waits, and the spool, before anything else is recorded or sent', async () => {
    const server = await startServer();
    const env = { POSTHOG_API_KEY: 'k', POSTHOG_HOST: server.url };
    await host.shim(['track', 'service_started', 'service_name=plex'], NONE);
    note(host, { status: 0 });
    mark();
    // The note's time was set exactly; that of a new file is the last tick of the system's clock.
    const next = new Date(Date.now() + 10);
    utimesSync(join(host.record, 'discard'), next, next);
    await host.shim(['track', 'service_stopped', 'service_name=plex'], env);
    await server.close();
    expect(server.events().map(({ event }) => event)).toEqual(['service_stopped']);
    const dropped = host.records().find((record) => record!.outcome === 'dropped');
    expect(dropped).toMatchObject({ why: 'analytics was turned off' });
    expect(existsSync(join(host.record, 'discard'))).toBe(false);
    expect(spoolOf(host)).toEqual([]);
  });

  it('is honoured by `enable`, and keeps another writer from turning it on again', async () => {
    await host.shim(['track', 'service_started', 'service_name=plex'], NONE);
    mark();
    await host.shim(['enable']);
    expect(existsSync(join(host.record, 'discard'))).toBe(false);
    expect(host.records().at(-1)).toMatchObject({ outcome: 'dropped' });
    await changeState(projectAt(host.root), () => {
      // make/track's disable, between reading and writing: it writes the lock first here.
      mark();
      return { ANALYTICS_NOTICE_SHOWN: '2' };
    });
    expect(host.read('onramp.lock')).toContain('ANALYTICS_ENABLED=0\n');
  });

  it('is believed by all that says what waits: nothing does', async () => {
    await host.shim(['track', 'service_started', 'service_name=plex'], NONE);
    const waiting = async () => JSON.parse((await host.shim(['status', '--json'])).stdout).waiting;
    expect(await waiting()).toBe(1);
    mark();
    expect(await waiting()).toBe(0);
    expect((await host.shim(['log'])).stdout).toContain('dropped: analytics was turned off');
    expect((await host.shim(['preview'])).stdout).toContain('an example of');
    const [row] = JSON.parse((await host.shim(['export'])).stdout);
    expect(row).toMatchObject({ outcome: 'dropped', outcome_reason: 'analytics was turned off' });
  });

  it('is left by no `disable` that ended', async () => {
    await host.shim(['track', 'service_started', 'service_name=plex'], NONE);
    expect((await host.shim(['disable'])).stdout).toContain('1 waiting event(s) were thrown away');
    expect(existsSync(join(host.record, 'discard'))).toBe(false);
  });
});

describe('why nothing can be recorded', () => {
  const problem = () => recordProblem(projectAt(host.root));

  it('is said where a file stands in the way of a folder, or a folder of a file', () => {
    expect(problem()).toBeUndefined();
    for (const name of ['spool', 'leases', 'journal.ndjson', '']) {
      const path = join(host.record, name);
      rmSync(path, { recursive: true, force: true });
      if (name === 'journal.ndjson') mkdirSync(path);
      else writeFileSync(path, '');
      expect(problem()).toMatch(
        /is (not a folder|a folder, and not a file of this tool; move it away)\.$/,
      );
      expect(problem()).toContain(path.replace(/\/$/, ''));
      rmSync(path, { recursive: true });
      mkdirSync(host.record, { recursive: true });
    }
    expect(problem()).toBeUndefined();
  });

  it.runIf(isRoot)('is said where the disk is full', async () => {
    const script = `mkdir -p "$1" && mount -t tmpfs -o size=64k none "$1" && "$2" "$3" status; echo $?
      dd if=/dev/zero of="$1/full" bs=1k 2>/dev/null; "$2" "$3" status; echo $?`;
    const args = ['-m', 'sh', '-c', script, 'sh', host.record, process.execPath, BUNDLE];
    const { stdout } = await run('unshare', args, { cwd: host.root });
    const [before, after] = stdout.split('\n0\n');
    expect(before).not.toContain('Problem:');
    expect(after!.replace(/\s+/g, ' ')).toContain(
      `Problem: Nothing can be recorded: the disk of ${host.record} is full. 1`,
    );
  });

  it('is no question of rights where the journal is a folder', async () => {
    await host.shim(['track', 'service_started', 'service_name=plex'], NONE);
    rmSync(host.journal);
    mkdirSync(host.journal);
    const { status, stderr } = await host.shim(['clear', '--yes']);
    expect(status).toBe(1);
    expect(stderr).toContain(`${host.journal} is no file, and not of this tool. Move it away`);
    expect(stderr).not.toContain('Make it writable');
  });

  it('costs `disable` nothing: it is off', async () => {
    rmSync(host.record, { recursive: true });
    writeFileSync(host.record, 'a file');
    const { stderr } = await host.shim(['disable']);
    expect(host.read('onramp.lock')).toContain('ANALYTICS_ENABLED=0');
    expect(stderr).toMatch(/^(onramp-analytics: Analytics is off\. But .*\n)?$/);
  });
});
