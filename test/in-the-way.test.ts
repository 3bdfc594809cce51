// Nothing of ours gets in a host's way: rules that clean, list, check and find see what they saw before.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { filesBelow, type Host, makeHost } from './support/host';
import { quiet } from './support/processes';
import { lockOf, snapshot } from './support/project';
import { RECORD_ONLY } from './support/recorded';
import { cleanEnv, make, ROOT, run } from './support/run';

const MAKE = process.env.TEST_MAKE ?? 'make';
const CI = { ...RECORD_ONLY, POSTHOG_API_KEY: 'phc_test' };

let host: Host;
afterEach(async () => {
  await quiet(host.root); // A detached process may still be writing.
  host.remove();
});

/** A project whose analytics is on, with these files. */
async function tracked(files: Record<string, string>, name?: string): Promise<Host> {
  host = await makeHost({ files, ...(name !== undefined && { name }) });
  host.write('onramp.lock', lockOf('1'));
  return host;
}

describe('a rule that', () => {
  it('finds every file of the project rebuilds nothing because of us', async () => {
    await tracked({
      Makefile:
        "built: $(shell find . -type f -not -path './.git/*' -not -name built) ; @echo building; touch built\n",
    });
    expect((await host.make([], CI)).stdout).toBe('building\n');
    for (let again = 0; again < 3; again += 1) {
      expect((await host.make([], CI)).stdout).toContain('is up to date');
    }
    expect(host.records().length).toBeGreaterThan(3);
  });

  it('lists folders and includes make/*.mk sees none of ours', async () => {
    await tracked({
      Makefile:
        'DIRS := $(wildcard */.)\n-include $(wildcard make/*.mk)\nall: ; @echo "[$(DIRS)] $(wildcard bin make)"\n',
      'src/one': '',
    });
    expect((await host.make([])).stdout).toBe('[src/.] \n');
  });

  it('removes bin/ and whatever git ignores leaves us whole', async () => {
    await tracked({ Makefile: 'clean: ; @rm -rf bin make build && git clean -fdxq\n' });
    execFileSync('git', ['add', '-f', 'onramp.lock'], { cwd: host.root });
    expect((await host.make(['clean'], CI)).status).toBe(0);
    expect((await host.make(['analytics-status'])).stdout).toContain('on');
    expect((await host.make(['clean'], CI)).status).toBe(0);
    expect(host.records().length).toBeGreaterThan(0);
  });

  it('checks every shell script by its ending finds none of ours', async () => {
    await tracked({ Makefile: "check: ; @find . -name '*.sh' -not -path './.git/*'\n" });
    expect((await host.make(['check'])).stdout).toBe('');
  });

  it('archives the project takes neither journal nor salt along', async () => {
    await tracked({ Makefile: 'all: ; @:\n' });
    await host.make([], CI);
    const listed = execFileSync('sh', ['-c', 'tar -cf - --exclude-vcs . | tar -t'], {
      cwd: host.root,
      encoding: 'utf8',
    });
    expect(listed.split('\n').filter((path) => /journal|salt|spool/.test(path))).toEqual([]);
    const outside = filesBelow(host.root).filter((path) => /journal|salt|spool/.test(path));
    expect(outside).toEqual([]);
  });

  it('is named with a quote, behind any .RECIPEPREFIX, works', async () => {
    await tracked({ Makefile: "all: ; @echo done\nit's: ; @echo quoted\n" });
    expect((await host.make([".RECIPEPREFIX='>'", 'all'], CI)).stdout).toBe('done\n');
    expect((await host.make(["it's"], CI)).stdout).toBe('quoted\n');
  });
});

describe('a file of a name that tracking remakes', () => {
  it.each(['.run', '.succeeded'])('(%s) does not keep the command from running', async (name) => {
    await tracked({ Makefile: 'up: ; @echo up\nfail: ; @exit 3\n', [`.onramp/${name}`]: '' });
    expect(await host.make(['up'], CI)).toMatchObject({ status: 0, stdout: 'up\n', stderr: '' });
    expect((await host.make(['fail'], CI)).status).toBe(2);
  });
});

describe('what make tells about itself', () => {
  it('has two more variables while analytics is off', async () => {
    const files = { Makefile: 'all: ; @echo "$(sort $(.VARIABLES))"\n' };
    host = await makeHost({ files, init: false });
    const before = new Set((await host.make([])).stdout.split(' '));
    host.remove();
    host = await makeHost({ files });
    const more = (await host.make([])).stdout
      .trim()
      .split(' ')
      .filter((name) => /^\w|^analytics/.test(name) && !before.has(name));
    const version = (await host.make(['--version'])).stdout;
    if (!/Make 3\.81/.test(version))
      expect(more).toEqual(['analytics-event', 'analytics.included']);
  });

  it.each<[Record<string, string>, string[]]>([
    [{ MAKE_COMMAND: 'true' }, ['all']],
    [{ MAKE_VERSION: '4.4' }, ['all']],
    [{ MAKE_VERSION: '3.81' }, ['all']],
    [{ MAKECMDGOALS: 'analytics-status' }, ['all']],
    [{}, ['all', 'MAKE_COMMAND=true']],
  ])('may be said otherwise by the environment: %j make %j', async (env, words) => {
    await tracked({ Makefile: 'all: ; @echo done\n' });
    expect(await host.make(words, { ...CI, ...env })).toMatchObject({
      status: 0,
      stdout: 'done\n',
    });
    host.write('onramp.lock', lockOf('0'));
    expect(await host.make(words, { ...CI, ...env })).toMatchObject({
      status: 0,
      stdout: 'done\n',
    });
  });

  it.each(['mymake', "''", '.'])('may be under a made-up name: %s', async (name) => {
    await tracked({ Makefile: 'all: ; @echo done\n' });
    const script = `exec -a ${name} "$(command -v ${MAKE})" all`;
    const result = await run('bash', ['-c', script], { cwd: host.root, env: CI });
    expect(result).toMatchObject({ status: 0, stdout: 'done\n', stderr: '' });
  });
});

describe('a folder whose name is a program', () => {
  const INCLUDE =
    'include $(CURDIR)/.onramp/analytics.mk\nall: ; @$(call analytics-event,scaffold_built,service_name=plex)\n';

  it.each([
    ['with the drop-in', undefined],
    ['with an include', INCLUDE],
  ])('runs nothing of it, %s', async (_how, include) => {
    // The lock is one that no command of ours has written.
    await tracked({ Makefile: 'all: ; @echo done\n' }, `o';touch$\{IFS}X;'`);
    if (include !== undefined) host.write('GNUmakefile', include);
    expect((await host.make(['all'], CI)).status).toBe(0);
    expect((await host.make(['analytics-status'])).status).toBe(0);
    host.write('onramp.lock', lockOf('0'));
    expect((await host.make(['all'], CI)).status).toBe(0);
    expect(readdirSync(host.root)).not.toContain('X');
  });
});

describe('a value of a recipe’s report', () => {
  // With the hash, what we write behind it does not spoil the second line.
  it.each([
    ['@', 'touch X'],
    ['-@', 'touch X'],
    ['', 'touch X'],
    ['@', 'touch X #'],
    ['-@', 'touch X #'],
  ])('may hold a newline behind %j (%s): nothing of it runs', async (prefix, second) => {
    await tracked({
      Makefile: `define V\na\n${second}\nendef\nall: ; ${prefix}$(call analytics-event,scaffold_built,service_name=$(V))\n`,
    });
    expect((await host.make(['all'], CI)).status).toBe(0);
    host.write('onramp.lock', lockOf('0'));
    expect((await host.make(['all'], CI)).status).toBe(0);
    expect(existsSync(join(host.root, 'X'))).toBe(false);
  });

  it('and so may SHLVL', async () => {
    await tracked({ Makefile: 'all: ; @echo done\n' });
    const result = await host.make([], { ...CI, SHLVL: "1\ntouch X\n'" });
    expect(result).toMatchObject({ status: 0, stdout: 'done\n' });
    expect(existsSync(join(host.root, 'X'))).toBe(false);
  });
});

it('variables that track could call so reach recipes as they are', async () => {
  const script = readFileSync(join(ROOT, 'make/track'), 'utf8');
  const names = [...new Set(script.match(/\b_?[a-z][a-z_]*(?==)/g))].filter(
    (name) => name !== 'env',
  );
  const plain = [
    '_id',
    '_line',
    '_make',
    '_name',
    '_record',
    '_spool',
    '_proc',
    'id',
    'line',
    'make',
  ];
  const env = Object.fromEntries(
    [...names, ...plain].map((name) => [name.replace(/^_oa/, ''), 'kept']),
  );
  await tracked({
    Makefile: `all: ; @${Object.keys(env)
      .map((name) => `echo $$${name}`)
      .join(';')}\n`,
  });
  const { stdout } = await host.make([], { ...CI, ...env });
  expect(new Set(stdout.trim().split('\n'))).toEqual(new Set(['kept']));
});

describe('without git', () => {
  it('an id in capitals is one, too', async () => {
    await tracked({ Makefile: 'all: ; @:\n' });
    execFileSync('rm', ['-rf', join(host.root, '.git')]);
    host.write(
      'onramp.lock',
      lockOf('1').replace(/ID=.*/, (id) => id.toUpperCase()),
    );
    await host.make([], CI);
    expect((await host.make(['analytics-log'])).stdout).toContain('command_executed');
  });

  it('the record is in the user’s state folder, under the id, and moves with the project', async () => {
    await tracked({ Makefile: 'all: ; @:\n' });
    const home = join(host.root, '..', 'user');
    mkdirSync(home);
    execFileSync('rm', ['-rf', join(host.root, '.git')]);
    const before = snapshot(host.root);
    await host.make([], { ...CI, HOME: home });
    expect(snapshot(host.root)).toEqual(before);
    const moved = join(host.root, '..', 'moved');
    execFileSync('cp', ['-a', host.root, moved]);
    const log = await make(['analytics-log'], { cwd: moved, env: { HOME: home } });
    expect(log.stdout).toContain('command_executed');
    const state = join(home, '.local/state/onramp-analytics');
    expect(readdirSync(state)).toEqual(['550e8400-e29b-41d4-a716-446655440000']);
  });

  it('and without a home nothing breaks, and nothing is kept', async () => {
    await tracked({ Makefile: 'all: ; @echo done\n' });
    execFileSync('rm', ['-rf', join(host.root, '.git')]);
    const before = snapshot(host.root);
    for (const HOME of [undefined, '', 'relative', '/nowhere', '/dev/null']) {
      const result = await host.make([], { ...CI, HOME, ONRAMP_ANALYTICS_ENABLED: '1' });
      expect(result).toMatchObject({ status: 0, stdout: 'done\n', stderr: '' });
    }
    expect(snapshot(host.root)).toEqual(before);
  });
});

it('a worktree, where .git is a file, has a record of its own in git’s directory', async () => {
  await tracked({ Makefile: 'all: ; @:\n' });
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
      cwd: host.root,
      env: cleanEnv(),
    });
  git('commit', '-qm', 'x');
  const tree = join(host.root, '..', 'tree');
  git('worktree', 'add', '-q', tree);
  writeFileSync(join(tree, 'onramp.lock'), lockOf('1'));
  await make([], { cwd: tree, env: CI });
  expect(existsSync(join(host.root, '.git/worktrees/tree/onramp-analytics/journal.ndjson'))).toBe(
    true,
  );
  expect(existsSync(host.journal)).toBe(false);
});
