// The exceptions that docs/transparency.md names: each is what happens, so that the page cannot go stale.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Host, makeHost } from './support/host';
import { quiet, until } from './support/processes';
import { isRoot, lockOf, NOBODY } from './support/project';
import { RECORD_ONLY } from './support/recorded';
import { cleanEnv, make, ROOT, run } from './support/run';

const MAKE = process.env.TEST_MAKE ?? 'make';
const PAGE = readFileSync(join(ROOT, 'docs/transparency.md'), 'utf8');

const FILES = {
  Makefile: [
    'kills: ; @kill $$PPID; sleep 1',
    'steps: one two',
    'one: ; @touch started; until test -e goon; do sleep 0.02; done',
    'two: one ; @touch finished',
    'all: ; @echo done',
    'echoed: ; true',
    '',
  ].join('\n'),
};

let host: Host;
let bare: Host;
beforeEach(async () => {
  host = await makeHost({ files: FILES });
  bare = await makeHost({ files: FILES, init: false });
  host.write('onramp.lock', lockOf('1'));
});
afterEach(async () => {
  await Promise.all([quiet(host.root), quiet(bare.root)]);
  host.remove();
  bare.remove();
});

/** Whether the page has a row that begins so. */
const named = (what: string) =>
  expect(PAGE.split('\n').filter((line) => line.startsWith(`| ${what}`))).toHaveLength(1);

it('a recipe that kills its own make: 2, where it was a signal', async () => {
  named('a recipe that kills its own make (`kill $PPID`): exit status 2, not 143 |');
  const script = `${MAKE} kills; echo "status $?"`;
  const statusIn = async ({ root: cwd }: Host) =>
    /status (\d+)/.exec((await run('sh', ['-c', script], { cwd, env: RECORD_ONLY })).stdout)?.[1];
  expect([await statusIn(bare), await statusIn(host)]).toEqual(['143', '2']);
  host.write('onramp.lock', lockOf('0'));
  expect(await statusIn(host)).toBe('143');
});

it.each(['SIGSTOP', 'SIGKILL'] as const)(
  '%s to make alone leaves the real make running',
  async (signal) => {
    named(signal === 'SIGSTOP' ? 'SIGSTOP to make alone' : '`kill -9` of make');
    /** Whether the second step is made although make was stopped during the first. */
    async function goesOn({ root: cwd }: Host): Promise<boolean> {
      const child = spawn(MAKE, ['steps'], { cwd, env: cleanEnv(RECORD_ONLY), stdio: 'ignore' });
      await until(10_000, () => existsSync(join(cwd, 'started')));
      child.kill(signal);
      const over = once(child, 'exit');
      await run('touch', ['goon'], { cwd });
      const finished = () => existsSync(join(cwd, 'finished'));
      // What does not happen cannot be awaited.
      const isSo = await Promise.race([
        until(10_000, finished).then(() => true),
        sleep(500).then(finished),
      ]);
      child.kill('SIGCONT');
      await over;
      return isSo;
    }
    expect([await goesOn(bare), await goesOn(host)]).toEqual([false, true]);
  },
);

it.each(['GNUmakefile', '.onramp/analytics.mk'])(
  'make %s finds a file, and says so once',
  async (goal) => {
    named('`make GNUmakefile` and `make .onramp/analytics.mk` find a file |');
    for (const mode of ['0', '1']) {
      host.write('onramp.lock', lockOf(mode));
      const { status, stdout } = await make([goal], { cwd: host.root, env: RECORD_ONLY });
      expect({ status, lines: stdout.match(/is up to date/g) }).toEqual({
        status: 0,
        lines: ['is up to date'],
      });
    }
  },
);

it('stdout closed: make 3.81 ends with 2 where it ended with 1, and no other make does', async () => {
  named('with stdout closed (`make >&-`), make 3.81 ends with 2 where it ended with 1 |');
  const statusIn = async ({ root: cwd }: Host) =>
    (await run('sh', ['-c', `exec ${MAKE} echoed >&-`], { cwd, env: RECORD_ONLY })).status;
  const both = [await statusIn(bare), await statusIn(host)];
  const { stdout } = await bare.make(['--version']);
  if (/^GNU Make 3\.81\n/.test(stdout)) expect(both).toEqual([1, 2]);
  else expect(both[1]).toBe(both[0]);
});

it.skipIf(!isRoot)(
  'a Makefile that cannot be read: who asked for it is named, the status is the same',
  async () => {
    named(
      'a Makefile that cannot be read: `GNUmakefile:NN: Makefile: Permission denied` where make said',
    );
    const said = [];
    for (const { root: cwd } of [bare, host]) {
      chmodSync(join(cwd, '..'), 0o755);
      chmodSync(join(cwd, 'Makefile'), 0o000);
      said.push(await make(['all'], { cwd, env: {}, uid: NOBODY }));
    }
    const first = (text: string) => text.split('\n')[0];
    expect(said.map(({ status }) => status)).toEqual([2, 2]);
    expect(first(said[0]!.stderr)).toMatch(/^\S*make\S*: Makefile: Permission denied$/);
    expect(first(said[1]!.stderr)).toMatch(/^GNUmakefile:\d+: Makefile: Permission denied$/);
  },
);
