// Where the record is: in git's directory, else under the id; taken over from 1.0.0; never through links.

import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Host, makeHost } from './support/host';
import { note } from './support/notes';
import { hasHistory, initAs100 } from './support/old';
import { quiet } from './support/processes';
import { giveAll, ID, isRoot, lockOf, makeProject, NOBODY, snapshot } from './support/project';
import { recorded } from './support/recorded';
import { BUNDLE, run } from './support/run';
import { startServer } from './support/server';

const TRACK = ['track', 'service_started', 'service_name=plex'];
const NONE = { ONRAMP_ANALYTICS_SENDER: 'none', ONRAMP_ANALYTICS_TIMEOUT_MS: '10000' };
const SILENT = { status: 0, stdout: '', stderr: '' };
const node = process.env.TEST_NODE ?? process.execPath;

let host: Host;
beforeEach(async () => {
  host = await makeProject(lockOf('1'));
});
afterEach(() => host.remove());

describe('the record of 1.0.0', () => {
  const old = () => join(host.root, '.onramp-analytics');
  const oldFile = (name: string, text: string) => writeFileSync(join(old(), name), text);
  const event = (digit: number, more = {}) =>
    `${JSON.stringify({
      uuid: `0190b000-0000-7000-8000-00000000000${digit}`,
      event: 'service_started',
      timestamp: new Date().toISOString(),
      distinct_id: ID,
      properties: { service_name: 'custom', shim_version: '1.0.0', ci: false },
      ...more,
    })}\n`;
  const make = () => {
    for (const folder of ['claims', 'runs']) mkdirSync(join(old(), folder), { recursive: true });
    const outcome = {
      outcome: 'delivered',
      at: new Date().toISOString(),
      uuids: [JSON.parse(event(1)).uuid],
    };
    const settled = `${event(1)}${JSON.stringify(outcome)}\n`;
    oldFile('journal.ndjson', settled + event(2));
    const state = {
      cursor: Buffer.byteLength(settled),
      batch: 100,
      failures: 0,
      retryAtMs: 0,
      last: null,
      checkTo: 0,
    };
    oldFile('delivery.json', JSON.stringify(state));
    oldFile('salt', '00ff');
    oldFile('report.html', '<p>');
    oldFile('inbox', `service_stopped service_name=plex\n${event(3)}`);
    oldFile('inbox.1767225600000-00ff', 'local: service_restarted service_name=plex\n');
    oldFile('mode-on', '');
    oldFile('.gitignore', '*\n');
    oldFile('claims/journal.7', 'free');
    oldFile('runs/99999.start', '\ndown\n');
  };
  const wanted = [
    'service_started',
    'service_started',
    'service_stopped',
    'service_started',
    'command_executed', // Of a command whose end nobody saw.
  ];

  it.runIf(hasHistory())('of commands that its own make noted and nobody collected', async () => {
    const project = await makeHost({ init: false });
    try {
      project.write('Makefile', 'up down: ; @:\nbad: ; @exit 1\n');
      await initAs100(project);
      project.git();
      project.write('onramp.lock', lockOf('1'));
      // A Node that is too old, or cannot start: the make command is noted, and nothing takes it.
      const broken = mkdtempSync(join(tmpdir(), 'broken-node-'));
      writeFileSync(join(broken, 'node'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
      const noted = { ...NONE, PATH: `${broken}:${process.env.PATH}`, ONRAMP_ANALYTICS_SYNC: '1' };
      await project.make(['up'], noted);
      await project.make(['bad'], noted);
      await project.make(['down'], { ...noted, CI: '1' });
      const runs = join(project.root, '.onramp-analytics/runs');
      const starts = readdirSync(runs).filter((name) => name.endsWith('.start'));
      expect(starts).toHaveLength(3);
      // A command that took two hours, and one that a signal ended: nobody saw its end.
      for (const name of starts) {
        const [start, end] = [join(runs, name), join(runs, name.replace('start', 'end'))];
        const { mtimeMs } = statSync(start);
        utimesSync(start, mtimeMs / 1000 - 7200, mtimeMs / 1000 - 7200);
        if (readFileSync(start, 'utf8').includes('down')) rmSync(end);
        else utimesSync(end, mtimeMs / 1000, mtimeMs / 1000);
      }
      rmSync(broken, { recursive: true });
      expect((await project.shim(['init', '.'])).status).toBe(0);
      project.git();
      await project.make(['up'], { ...NONE, ONRAMP_ANALYTICS_SYNC: '1' });
      expect(existsSync(join(project.root, '.onramp-analytics'))).toBe(false);
      const commands = project.records().flatMap((record) => {
        const own = record?.properties as Record<string, unknown> | undefined;
        return own ? [{ name: record!.event, ...own }] : [];
      });
      const of = (command: string, more: object) =>
        expect.objectContaining({ name: 'command_executed', command, ...more });
      const [first, ...rest] = commands.filter(({ name }) => name === 'command_executed');
      expect(rest).toHaveLength(3);
      // In the order of their ends; the one that was interrupted by when it began.
      expect(first).toEqual(of('down', { ci: true }));
      expect(first).not.toHaveProperty('success');
      expect(rest[0]).toEqual(of('up', { success: true, ci: false, duration_ms: 7_200_000 }));
      expect(rest[1]).toEqual(of('bad', { success: false, duration_ms: 7_200_000 }));
      expect(rest[2]).toEqual(of('up', { success: true }));
      expect(commands.filter(({ name }) => name === 'error_occurred')).toHaveLength(1);
      // Taken once.
      await project.make(['up'], { ...NONE, ONRAMP_ANALYTICS_SYNC: '1' });
      expect(recorded(project)).toHaveLength(6);
    } finally {
      project.remove();
    }
  });

  it('is taken over: each event once, what waits is sent, and the folder is gone', async () => {
    make();
    const server = await startServer();
    await host.shim(['flush'], { POSTHOG_API_KEY: 'k', POSTHOG_HOST: server.url });
    await server.close();
    expect(existsSync(old())).toBe(false);
    const uuids = host.records().flatMap((record) => record?.uuid ?? []);
    expect(new Set(uuids).size).toBe(uuids.length);
    expect(
      recorded(host)
        .map(([name]) => name)
        .sort(),
    ).toEqual([...wanted, 'service_restarted'].sort());
    const sent = server.events();
    expect(sent.map(({ event: name }) => name).sort()).toEqual(wanted.slice(1).sort());
    expect(sent.map(({ uuid }) => uuid)).not.toContain(JSON.parse(event(1)).uuid);
    expect(readFileSync(join(host.record, 'salt'), 'utf8')).toBe('00ff');
    expect(readFileSync(join(host.record, 'report.html'), 'utf8')).toBe('<p>');
  });

  it('is joined with a new one that is there already; nothing is sent twice', async () => {
    await host.shim(TRACK, NONE);
    make();
    const server = await startServer();
    const env = { POSTHOG_API_KEY: 'k', POSTHOG_HOST: server.url };
    await host.shim(['flush'], env);
    await host.shim(['flush'], env);
    await server.close();
    expect(existsSync(old())).toBe(false);
    const uuids = server.events().map(({ uuid }) => uuid);
    expect(uuids).toHaveLength(5);
    expect(new Set(uuids).size).toBe(5);
    expect(uuids).not.toContain(JSON.parse(event(1)).uuid);
    expect(recorded(host)).toHaveLength(7);
  });

  it('is shown by a person’s command as well', async () => {
    make();
    const { stdout } = await host.shim(['log', '--json']);
    expect(JSON.parse(stdout).events).toHaveLength(2);
  });

  it('leaves what is not known to be ours, and follows no link', async () => {
    make();
    const elsewhere = join(host.root, 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, '1.start'), 'mine');
    rmSync(join(old(), 'runs'), { recursive: true });
    symlinkSync(elsewhere, join(old(), 'runs'));
    rmSync(join(old(), 'inbox'));
    host.write('secret', 'service_stopped service_name=plex\n');
    symlinkSync(join(host.root, 'secret'), join(old(), 'inbox'));
    oldFile('notes.txt', 'mine');
    oldFile('claims/other', 'mine');
    await host.shim(['collect'], NONE);
    expect(readdirSync(elsewhere)).toEqual(['1.start']);
    expect(host.read('secret')).toContain('plex');
    expect(readdirSync(old()).sort()).toEqual([
      '.gitignore',
      'claims',
      'inbox',
      'notes.txt',
      'runs',
    ]);
    expect(readdirSync(join(old(), 'claims'))).toEqual(['other']);
    expect(recorded(host).map(([name]) => name)).not.toContain('service_stopped');
  });

  it('is no folder that is a link', async () => {
    const elsewhere = join(host.root, 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'journal.ndjson'), event(1));
    symlinkSync(elsewhere, old());
    await host.shim(TRACK, NONE);
    expect(readdirSync(elsewhere)).toEqual(['journal.ndjson']);
    expect(recorded(host)).toHaveLength(1);
  });
});

describe('without git', () => {
  let home: string;
  const env = (more = {}) => ({ ...NONE, HOME: home, ...more });
  const records = () =>
    readdirSync(join(home, '.local/state/onramp-analytics')).filter((name) => name !== 'leases');
  const journal = (id: string) =>
    readFileSync(join(home, '.local/state/onramp-analytics', id, 'journal.ndjson'), 'utf8');
  const id = () => /ANALYTICS_ID=(.*)/.exec(host.read('onramp.lock'))![1]!;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'onramp-home-'));
    rmSync(join(host.root, '.git'), { recursive: true });
    rmSync(host.lock);
  });
  afterEach(() => rmSync(home, { recursive: true }));

  it('`enable` picks the id, and the record is under it', async () => {
    expect((await host.shim(['enable'], env())).stdout).toContain('Analytics is on');
    await host.shim(TRACK, env());
    expect(records()).toEqual([id()]);
    expect(journal(id())).toContain('service_started');
    expect(readdirSync(host.root)).not.toContain('.onramp-analytics');
  });

  it('many that begin at once agree on one id and one notice', async () => {
    const results = await Promise.all(
      Array.from({ length: 10 }, () => host.shim(['enable'], env())),
    );
    expect(results.filter(({ status }) => status !== 0)).toEqual([]);
    expect(results.filter(({ stdout }) => stdout.includes('Never sent:'))).toHaveLength(1);
    expect(host.read('onramp.lock').match(/^ANALYTICS_ID=/gm)).toHaveLength(1);
  });

  it('the environment alone: the first event picks the id, and is recorded under it', async () => {
    await host.shim(TRACK, env({ ONRAMP_ANALYTICS_ENABLED: '1' }));
    expect(records()).toEqual([id()]);
    expect(journal(id())).toContain(id());
  });

  it('`reset-id` takes the record along', async () => {
    await host.shim(['enable'], env());
    await host.shim(TRACK, env());
    const before = id();
    await host.shim(['reset-id'], env());
    expect(records()).toEqual([id()]);
    expect(id()).not.toBe(before);
    expect(journal(id())).toContain('the anonymous id was reset');
  });

  it('`forget` takes it along as well: what could not be asked for can be asked for again', async () => {
    const server = await startServer();
    const sending = {
      POSTHOG_API_KEY: 'k',
      POSTHOG_HOST: server.url,
      ONRAMP_ANALYTICS_SENDER: 'http',
    };
    const there = env(sending);
    await host.shim(['enable'], there);
    const first = id();
    await host.shim(TRACK, there);
    await host.shim(['reset-id'], there);
    const second = id();
    await host.shim(TRACK, there);
    server.behave((_request, response) => {
      response.statusCode = 503;
      response.end();
    });
    expect((await host.shim(['forget', '--yes'], there)).status).toBe(1);
    expect(id()).not.toBe(second);
    expect(records()).toEqual([id()]);
    server.behave((request, response) =>
      response.end(request.method === 'GET' ? '{"service":"onramp-analytics-collector"}' : '{}'),
    );
    const sent = server.requests.length;
    expect((await host.shim(['forget', '--yes', '--id', first], there)).status).toBe(0);
    await server.close();
    const asked = server.requests.slice(sent).filter(({ method }) => method === 'POST');
    expect(asked.map(({ raw }) => JSON.parse(raw.toString()).distinct_id)).toEqual([first, second]);
    expect(records()).toEqual([id()]);
    expect(readdirSync(join(home, '.local/state/onramp-analytics', id()))).not.toContain(
      'journal.ndjson',
    );
  });

  it('and without a home, nothing is kept, and commands still work', async () => {
    const nowhere = { ...NONE, HOME: undefined };
    expect((await host.shim(['enable'], nowhere)).status).toBe(0);
    expect(await host.shim(TRACK, nowhere)).toMatchObject(SILENT);
    expect((await host.shim(['disable'], nowhere)).stdout).toContain('Analytics is off');
    expect(readdirSync(host.root).sort()).toEqual(['Makefile', 'onramp.lock']);
  });
});

describe('a link in the place of the record', () => {
  const victim = () => join(host.root, '../victim');
  const told = (name: string) =>
    `${join(host.record, name).replace(/\/$/, '')} is a symbolic link, which is not followed`;
  beforeEach(() => {
    mkdirSync(victim());
    for (const name of ['1.start', '1.end', 'reports', 'state.1', 'collector']) {
      writeFileSync(join(victim(), name), 'theirs\n');
    }
  });

  it.each(['', 'spool', 'leases'])('(%s): nothing behind it is made or changed', async (name) => {
    await host.shim(['init', '.']);
    if (name !== '') mkdirSync(host.record);
    symlinkSync(victim(), join(host.record, name));
    const before = snapshot(victim());
    for (const env of [{ ...NONE, ONRAMP_ANALYTICS_SYNC: '1' }, NONE]) {
      expect(await host.make([], env)).toMatchObject({ status: 0, stdout: 'done\n', stderr: '' });
    }
    const event = 'all: ; @$(call analytics-event,scaffold_built,service_name=plex); echo done\n';
    host.write('Makefile', event);
    expect(await host.make([], NONE)).toMatchObject({ status: 0, stdout: 'done\n', stderr: '' });
    await host.shim(TRACK, NONE);
    await quiet(host.root);
    const words = [['log'], ['report'], ['export'], ['preview']];
    for (const each of words) {
      const { status, stderr } = await host.shim(each, NONE);
      expect([each, status]).toEqual([each, 1]);
      expect(stderr).toContain(told(name));
    }
    expect((await host.shim(['status', '--json'])).stdout).toContain(told(name));
    const cleared = await host.shim(['clear', '--yes'], NONE);
    expect(cleared).toMatchObject({ status: 1, stdout: '' });
    expect(cleared.stderr).toContain(told(name));
    for (const each of ['flush', 'reset-id', 'enable', 'show-id']) {
      await host.shim(each.split(' '), NONE);
    }
    expect((await host.make(['analytics-disable'])).stdout).toContain('Analytics is off');
    expect(host.read('onramp.lock')).toContain('ANALYTICS_ENABLED=0');
    expect(snapshot(victim())).toEqual(before);
    expect(name === '' ? [] : readdirSync(host.record)).toEqual(name === '' ? [] : [name]);
  });
});

describe('a journal that is not what it should be', () => {
  const victim = () => join(host.root, 'victim');
  beforeEach(async () => {
    await host.shim(['enable', '--local']);
    await host.shim(['enable']);
    host.write('victim', 'mine\n');
  });

  it('a link: nothing is written to, or read from, what it leads to', async () => {
    symlinkSync(victim(), host.journal);
    expect(await host.shim(TRACK, NONE)).toMatchObject(SILENT);
    expect(host.read('victim')).toBe('mine\n');
    writeFileSync(victim(), '{"local":true}\n');
    expect(await host.shim(['log', '--json'])).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('is a symbolic link, and not a file of this tool'),
    });
    expect(lstatSync(host.journal).isSymbolicLink()).toBe(true);
  });

  it('delivery.json as a link: what it leads to stays as it is', async () => {
    const server = await startServer();
    symlinkSync(victim(), join(host.record, 'delivery.json'));
    await host.shim(TRACK, { POSTHOG_API_KEY: 'k', POSTHOG_HOST: server.url });
    await server.close();
    expect(server.events()).toHaveLength(1);
    expect(host.read('victim')).toBe('mine\n');
  });

  it.each(['a pipe', 'a link', 'a folder'])(
    'the salt as %s: status says what is so',
    async (kind) => {
      await host.shim(TRACK, NONE);
      const salt = join(host.record, 'salt');
      rmSync(salt);
      if (kind === 'a pipe') await run('mkfifo', [salt], { cwd: host.root });
      else if (kind === 'a link') symlinkSync(victim(), salt);
      else mkdirSync(salt);
      const { problem } = JSON.parse((await host.shim(['status', '--json'], NONE)).stdout);
      expect(await host.shim(TRACK, NONE)).toMatchObject(SILENT);
      expect(host.read('victim')).toBe('mine\n');
      if (kind === 'a folder') {
        expect(problem).toContain('Nothing can be recorded');
        expect(recorded(host)).toHaveLength(1);
      } else {
        expect(problem).toBe(null);
        expect(recorded(host)).toHaveLength(2);
        expect(readFileSync(salt, 'utf8')).toMatch(/^[0-9a-f]{32}$/);
      }
    },
  );

  it('a pipe, a folder: tracking is silent, and does not wait', async () => {
    mkdirSync(host.journal);
    expect(await host.shim(TRACK, NONE)).toMatchObject(SILENT);
    rmSync(host.journal, { recursive: true });
    await run('mkfifo', [host.journal], { cwd: host.root });
    const result = await host.shim(TRACK, NONE);
    expect(result).toMatchObject(SILENT);
    expect(result.wallMs).toBeLessThan(3_000);
  });

  it.runIf(isRoot)('somebody else’s file: root does not write to it', async () => {
    giveAll(host.root, NOBODY);
    writeFileSync(host.journal, 'theirs\n');
    chownSync(host.journal, 1234, 1234);
    expect(await host.shim(TRACK, NONE)).toMatchObject(SILENT);
    expect(readFileSync(host.journal, 'utf8')).toBe('theirs\n');
    chownSync(host.journal, NOBODY, NOBODY);
    await host.shim(TRACK, NONE);
    expect(readFileSync(host.journal, 'utf8')).toContain('service_started');
  });
});

describe('what lies beside our files, however old', () => {
  it('is nobody’s to delete: in a shared home, in the record, through links', async () => {
    const home = mkdtempSync(join(tmpdir(), 'onramp-home-'));
    const document = join(home, 'document');
    writeFileSync(document, 'mine');
    const old = new Date(Date.now() - 500 * 24 * 3_600_000);
    const beside: string[] = [document];
    const folders = ['.cache', '.local/state', '.config'].map((each) =>
      join(home, each, 'onramp-analytics'),
    );
    await host.shim(TRACK, { ...NONE, HOME: home });
    const parts = ['', 'spool', 'leases'].map((each) => join(host.record, each));
    for (const folder of [...folders, ...parts]) {
      mkdirSync(folder, { recursive: true });
      for (const name of ['letter.txt', 'x.v8', 'journal', 'a.b.c']) {
        beside.push(join(folder, name));
        writeFileSync(join(folder, name), 'mine');
        utimesSync(join(folder, name), old, old);
      }
      beside.push(join(folder, 'link'));
      symlinkSync(document, join(folder, 'link'));
    }
    utimesSync(document, old, old);
    note(host, { status: 0 });
    const env = { ...NONE, HOME: home };
    for (const words of [
      TRACK,
      ['collect'],
      ['status'],
      ['log'],
      ['report'],
      ['flush'],
      ['reset-id'],
    ]) {
      await host.shim(words, env);
    }
    expect(recorded(host).length).toBeGreaterThan(2);
    expect(beside.filter((path) => !lstatSync(path, { throwIfNoEntry: false }))).toEqual([]);
    rmSync(home, { recursive: true });
  });
});

describe('where the shim is started', () => {
  it('in a folder that was deleted: tracking is silent, people are told', async () => {
    const inDeleted = (words: string) =>
      run(
        'sh',
        ['-c', `mkdir gone && cd gone && rmdir ../gone && exec "$0" "$1" ${words}`, node, BUNDLE],
        {
          cwd: host.root,
        },
      );
    for (const words of ['track service_started service_name=plex', 'collect', 'notice']) {
      expect(await inDeleted(words)).toMatchObject(SILENT);
    }
    for (const words of ['status', 'enable', 'flush', 'log']) {
      const { status, stdout, stderr } = await inDeleted(words);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toBe(
        'onramp-analytics: The current folder was deleted. Go to a folder that is there, and run the command again.\n',
      );
    }
  });

  it('under somebody’s coverage: it writes nothing into their folder', async () => {
    const coverage = join(host.root, 'coverage');
    for (const command of [TRACK, ['status'], ['--help'], ['nonsense']]) {
      const { status, stdout, stderr } = await host.shim(command, NONE);
      expect(
        await host.shim(command, { ...NONE, NODE_V8_COVERAGE: coverage }),
        'the same to see',
      ).toMatchObject({ status, stdout, stderr });
    }
    note(host, { status: 0 });
    await host.shim(['collect'], { ...NONE, NODE_V8_COVERAGE: coverage });
    expect(existsSync(coverage) ? readdirSync(coverage) : []).toEqual([]);
  });
});
