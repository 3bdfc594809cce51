// Names come from the host project as git has it, never from what a person typed.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectAt } from '../src/project/project';
import { type Host, makeHost } from './support/host';
import { giveAll, isRoot, lockOf, NOBODY, snapshot } from './support/project';
import { executed, RECORD_ONLY, recorded } from './support/recorded';
import { make, shim } from './support/run';
import { toolsWithout } from './support/tools';

const NAMES = [
  'enable-service disable-service enable-override up other: ; @:',
  '%: ; @:',
  'export',
  '',
].join('\n');

let host: Host;
beforeEach(async () => {
  host = await makeHost({
    files: {
      Makefile: NAMES,
      'make.d/tools.mk': 'backup: ; @:\n',
      'services-available/plex.yml': '',
      'services-available/home-assistant.v2.yml': '',
      'services-scaffold/plex/env': '',
      'overrides-available/plex-nfs.yml': '',
      'onramp.lock': lockOf('1'),
    },
  });
});
afterEach(() => host.remove());

/** What one make command records. */
async function events(goals: readonly string[], env: Record<string, string> = {}) {
  const before = host.records().length;
  const result = await host.make(goals, { ...RECORD_ONLY, ...env });
  expect(result).toMatchObject({ status: 0, stdout: '', stderr: '' });
  return recorded(host, before);
}
/** The name that is recorded for `make enable-service NAME`. */
const serviceOf = async (name: string, env: Record<string, string> = {}) =>
  (await events(['enable-service', name], env))[0]?.[1].service_name;
const commandOf = async (name: string, env: Record<string, string> = {}) =>
  (await events([name], env))[0]?.[1].command;

describe('a service or override', () => {
  it('that the project ships goes by its name', async () => {
    expect(await events(['enable-service', 'plex'])).toEqual([
      ['service_enabled', { service_name: 'plex', has_scaffold: true }],
      executed('enable-service'),
    ]);
    // A name with a dot may be an address, whoever takes it into git.
    expect(await events(['enable-service', 'home-assistant.v2'])).toEqual([
      ['service_enabled', { service_name: 'custom', has_scaffold: false }],
      executed('enable-service'),
    ]);
    expect(await events(['enable-override', 'plex-nfs'])).toEqual([
      ['override_enabled', { override_name: 'plex-nfs' }],
      executed('enable-override'),
    ]);
  });

  it.each([
    'canary',
    'plex-nfs',
    'Plex',
    'plex.yml',
    '*',
    'pl?x',
    '../overrides-available/plex-nfs',
    'canary.example.org',
  ])('that it does not ship (%s) is `custom`', async (name) => {
    expect(await serviceOf(name)).toBe('custom');
    const text = JSON.stringify(host.records());
    expect(text).not.toContain('canary');
  });

  it('that somebody added and git does not track is `custom`', async () => {
    host.write('services-available/canary.yml', '');
    mkdirSync(join(host.root, 'services-scaffold/canary'));
    host.write('services-scaffold/canary/env', '');
    expect(await events(['enable-service', 'canary'])).toEqual([
      ['service_enabled', { service_name: 'custom', has_scaffold: false }],
      executed('enable-service'),
    ]);
  });

  it('reported by `track` goes through the same gate', async () => {
    await host.shim(['track', 'service_started', 'service_name=plex'], RECORD_ONLY);
    await host.shim(['track', 'service_started', 'service_name=canary'], RECORD_ONLY);
    await host.shim(['track', 'override_enabled', 'override_name=canary'], RECORD_ONLY);
    await host.shim(['track', 'command_executed', 'command=canary', 'success=true'], RECORD_ONLY);
    expect(recorded(host)).toEqual([
      ['service_started', { service_name: 'plex' }],
      ['service_started', { service_name: 'custom' }],
      ['override_enabled', { override_name: 'custom' }],
      ['command_executed', { command: 'unknown', success: true }],
    ]);
  });

  it('is looked for in the folders that .onramp/settings names', async () => {
    mkdirSync(join(host.root, 'units'));
    host.write('units/nginx.yml', '');
    host.git();
    expect(await serviceOf('nginx')).toBe('custom');
    host.write('.onramp/settings', 'ANALYTICS_SERVICES=units\n');
    expect(await serviceOf('nginx')).toBe('nginx');
    expect(await serviceOf('plex')).toBe('custom');
  });
});

describe('a command', () => {
  it.each(['up', 'other', 'backup'])(
    'that a tracked makefile defines (%s) goes by its name',
    async (name) => {
      expect(await commandOf(name)).toBe(name);
    },
  );

  it.each(['canary', 'anything.else', '%', 'export', '../etc/passwd'])(
    'that none defines (%s) is `unknown`',
    async (name) => {
      expect(await commandOf(name)).toBe('unknown');
    },
  );

  it('that was added to a tracked makefile, but not to git, is `unknown`', async () => {
    host.write('Makefile', `canary: ; @:\n${NAMES}`);
    host.write('make.d/tools.mk', 'canary2: ; @:\nbackup: ; @:\n');
    expect(await commandOf('canary')).toBe('unknown');
    expect(await commandOf('canary2')).toBe('unknown');
    // Of a changed file nothing counts: nobody can tell whose its targets are.
    expect(await commandOf('backup')).toBe('unknown');
    host.git();
    expect(await commandOf('backup')).toBe('backup');
  });

  it('goes by its name where git gave the lines of the makefile other ends (core.autocrlf)', async () => {
    host.write('make.d/tools.mk', host.read('make.d/tools.mk').replaceAll('\n', '\r\n'));
    expect(await commandOf('backup')).toBe('backup');
    host.write('make.d/tools.mk', `${host.read('make.d/tools.mk')}canary: ; @:\r\n`);
    expect(await commandOf('backup')).toBe('unknown');
  });

  it('that an untracked makefile defines is `unknown`', async () => {
    host.write('make.d/private.mk', 'canary: ; @:\n');
    expect(await commandOf('canary')).toBe('unknown');
  });
});

describe('git', () => {
  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'may be %s: it is a command like another',
    async (name) => {
      expect(await events([name, 'plex'])).toEqual([executed('unknown')]);
      expect(await commandOf('up')).toBe('up');
    },
  );

  it('without a goal is the default of the makefile that make reads first', async () => {
    host.write('makefile', 'low: ; @:\n');
    host.git();
    expect(await events([])).toEqual([executed('low')]);
  });

  it('without a goal may be of a makefile that is included first', async () => {
    mkdirSync(join(host.root, 'rules'));
    host.write('rules/Makefile.common', '-include .env\nshared: ; @:\n');
    host.write('makefile', 'include ./rules/Makefile.common\nlow: ; @:\n');
    host.git();
    expect(await events([])).toEqual([executed('shared')]);
    expect(await commandOf('shared')).toBe('shared');
    host.write('makefile', 'WHERE := rules\ninclude $(WHERE)/*.common\nlow: ; @:\n');
    host.git();
    expect(await events([])).toEqual([executed('unknown')]);
    expect(await commandOf('low')).toBe('low');
  });

  it('is asked about this project, whatever GIT_DIR and its like say', async () => {
    const other = await makeHost({
      files: { Makefile: 'canary: ; @:\n', 'services-available/canary.yml': '' },
      init: false,
    });
    const env = {
      GIT_DIR: join(other.root, '.git'),
      GIT_WORK_TREE: other.root,
      GIT_INDEX_FILE: join(other.root, '.git/index'),
    };
    expect(await serviceOf('canary', env)).toBe('custom');
    expect(await serviceOf('plex', env)).toBe('plex');
    expect(await commandOf('canary', env)).toBe('unknown');
    other.remove();
  });

  it.each([
    ['be missing', ['git'], {}],
    ['hang', [], { git: 'exec sleep 20' }],
  ] as const)('may %s as a program: its index is a file', async (_what, missing, fakes) => {
    const tools = toolsWithout(missing, fakes);
    expect(await serviceOf('plex', { PATH: tools.path })).toBe('plex');
    expect(await serviceOf('canary', { PATH: tools.path })).toBe('custom');
    expect(await commandOf('up', { PATH: tools.path })).toBe('up');
    tools.remove();
  });

  it('may have an index that is damaged: then nothing is declared', async () => {
    const index = readFileSync(join(host.root, '.git/index'));
    for (const bytes of [
      Buffer.alloc(0),
      index.subarray(0, 100),
      Buffer.from('no index'),
      Buffer.alloc(500, 255),
    ]) {
      writeFileSync(join(host.root, '.git/index'), bytes);
      expect(await commandOf('up')).toBe('unknown');
    }
  });

  it('may have no repository here: then nothing is declared', async () => {
    rmSync(join(host.root, '.git'), { recursive: true });
    expect(await serviceOf('plex')).toBe('custom');
    expect(await commandOf('up')).toBe('unknown');
  });

  it('may have its repository further up', async () => {
    const inner = join(host.root, 'inner');
    mkdirSync(join(inner, 'services-available'), { recursive: true });
    host.write('inner/Makefile', NAMES);
    host.write('inner/services-available/sonarr.yml', '');
    host.write('inner/onramp.lock', lockOf('1'));
    await shim(['init', '.'], { cwd: inner });
    host.git();
    const env = { ...RECORD_ONLY, HOME: join(host.root, '..') };
    const options = { cwd: inner, env };
    await make(['enable-service', 'sonarr'], options);
    await make(['enable-service', 'plex'], options);
    const { journal } = projectAt(inner, env);
    const lines = readFileSync(journal, 'utf8').trim().split('\n');
    const records = () => lines.map((line) => JSON.parse(line));
    const names = recorded({ ...host, records }).map(
      ([, properties]) => properties.service_name ?? properties.command,
    );
    expect(names).toEqual(['sonarr', 'enable-service', 'custom', 'enable-service']);
  });

  it('runs nothing that the repository’s configuration asks for', async () => {
    const set = (key: string, value: string) =>
      execFileSync('git', ['config', key, value], { cwd: host.root });
    set('core.fsmonitor', 'touch pwned; false');
    set('core.pager', 'touch pwned; cat');
    set('core.hooksPath', '.');
    set('grep.patternType', 'perl');
    set('color.ui', 'always');
    expect(await serviceOf('plex')).toBe('plex');
    expect(await commandOf('backup')).toBe('backup');
    expect(Object.keys(snapshot(host.root))).not.toContain('pwned');
  });

  it.runIf(isRoot)('may belong to another user, as under sudo', async () => {
    giveAll(host.root, NOBODY);
    giveAll(join(host.root, '.git'), NOBODY);
    expect(await serviceOf('plex')).toBe('plex');
  });
});

describe('where git knows no file', () => {
  const NAMES = /(Names:|Names are) +all recorded as `custom` or `unknown`: /;
  const plain = (text: string) => text.replace(/\s+/g, ' ');

  it('`enable` and `status` say that nothing is named, until `git add`', async () => {
    const files = { Makefile: 'all: ; @:\n' };
    host = await makeHost({ files, init: false });
    execFileSync('rm', ['-f', join(host.root, '.git/index')]);
    for (const words of ['enable', 'status']) {
      const told = plain((await host.shim([words])).stdout);
      expect(told).toMatch(NAMES);
      expect(told).toContain('git has no file of the project yet');
    }
    host.git();
    for (const words of ['enable', 'status']) {
      expect((await host.shim([words])).stdout).not.toContain('custom');
    }
    execFileSync('rm', ['-rf', join(host.root, '.git')]);
    expect(plain((await host.shim(['status'])).stdout)).toContain('there is no git repository');
    await host.shim(['disable']);
    expect((await host.shim(['status'])).stdout).not.toContain('custom');
  });
});
