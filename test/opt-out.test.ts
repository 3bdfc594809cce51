// Opting out always works: with nothing but make and sh, whatever else is missing, damaged or unwritable.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Host, makeHost } from './support/host';
import { quiet } from './support/processes';
import { giveAll, isRoot, lockOf, NOBODY, snapshot } from './support/project';
import { RECORD_ONLY } from './support/recorded';
import { make, ROOT } from './support/run';
import { type Server, startServer } from './support/server';
import { type Tools, toolsWithout } from './support/tools';

const BUNDLE = '.onramp/onramp-analytics';
const FOREIGN = '# ours\r\nOTHER = spaced\nVERSION=3 # c\nNO_NEWLINE=\\1&';

let host: Host;
let tools: Tools;
beforeEach(async () => {
  host = await makeHost();
  tools = toolsWithout(['node', 'perl', 'setsid']);
});
afterEach(() => {
  tools.remove();
  host.remove();
});

const spool = () => {
  const folder = join(host.record, 'spool');
  return existsSync(folder) ? readdirSync(folder).filter((name) => name !== 'collector') : [];
};
const disable = () => host.make(['analytics-disable'], { PATH: tools.path });

describe('`make analytics-disable` works', () => {
  it.each(['-t', '-tk', '-B', '-s', '-j4'])('with %s', async (flag) => {
    host.write('onramp.lock', lockOf('1'));
    expect((await host.make([flag, 'analytics-disable'])).status).toBe(0);
    expect(host.read('onramp.lock')).toContain('ANALYTICS_ENABLED=0');
  });

  it('and does nothing with -n', async () => {
    host.write('onramp.lock', lockOf('1'));
    for (const flag of ['-n', '-nt', '-q']) await host.make([flag, 'analytics-disable']);
    expect(host.read('onramp.lock')).toContain('ANALYTICS_ENABLED=1');
  });

  it.each<[string, () => void]>([
    ['without Node', () => {}],
    ['without the bundle', () => rmSync(join(host.root, BUNDLE))],
    ['with a damaged bundle', () => host.write(BUNDLE, 'this is { not a program\n')],
    [
      'with a makefile that does not parse',
      () => host.write('Makefile', 'ifeq (\n$(error set VAULT first)\n'),
    ],
    [
      'with a makefile that refuses to be read',
      () => host.write('Makefile', '$(error set VAULT first)\n'),
    ],
    ['without a makefile', () => rmSync(join(host.root, 'Makefile'))],
    ['with folders that cannot be written', () => chmodSync(join(host.root, '.onramp'), 0o555)],
  ])('%s', async (_what, spoil) => {
    host.write('onramp.lock', `${lockOf('1')}${FOREIGN}`);
    spoil();
    const result = await disable();
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(result.stdout).toMatch(/^Analytics is off\./);
    expect(host.read('onramp.lock')).toBe(`${lockOf('0')}${FOREIGN}`);
  });

  it.each<[string, () => void]>([
    ['damaged', () => host.write(BUNDLE, 'this is { not a program\n')],
    ['missing', () => rmSync(join(host.root, BUNDLE))],
  ])('with the bundle %s where Node is there', async (_what, spoil) => {
    host.write('onramp.lock', lockOf('1'));
    spoil();
    const result = await host.make(['analytics-disable']);
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(host.read('onramp.lock')).toBe(lockOf('0'));
  });

  it('adds the line where none set it, without touching a last line that has no end', async () => {
    host.write('onramp.lock', FOREIGN);
    expect((await disable()).status).toBe(0);
    expect(host.read('onramp.lock')).toBe(`${FOREIGN}\nANALYTICS_ENABLED=0\n`);
  });

  it('keeps mode and link of onramp.lock', async () => {
    const elsewhere = join(host.root, '..', 'shared.lock');
    writeFileSync(elsewhere, lockOf('1'), { mode: 0o640 });
    symlinkSync(elsewhere, host.lock);
    expect((await disable()).status).toBe(0);
    expect(readFileSync(elsewhere, 'utf8')).toBe(lockOf('0'));
    expect(readdirSync(host.root).filter((name) => name.endsWith('.off'))).toEqual([]);
  });

  it.skipIf(!isRoot)(
    'fails loudly, and says what to do, where onramp.lock cannot be written',
    async () => {
      host.write('onramp.lock', lockOf('1'));
      chmodSync(join(host.root, '..'), 0o755);
      const result = await make(['analytics-disable'], {
        cwd: host.root,
        env: { PATH: tools.path },
        uid: NOBODY,
      });
      expect(result.status).toBe(2);
      expect(result.stderr).toContain('could not be turned off');
      expect(result.stderr).toContain('DO_NOT_TRACK=1');
      expect(host.read('onramp.lock')).toBe(lockOf('1'));
    },
  );

  it('says so when the environment may turn it on again', async () => {
    host.write('onramp.lock', lockOf('1'));
    const env = { PATH: tools.path, ONRAMP_ANALYTICS_ENABLED: '1' };
    const { stdout } = await host.make(['analytics-disable'], env);
    expect(stdout).toContain('ONRAMP_ANALYTICS_ENABLED');
  });
});

describe('what waited is never sent', () => {
  let server: Server;
  beforeEach(async () => {
    server = await startServer();
  });
  afterEach(() => server.close());

  it('also when the bundle comes back later, and analytics is turned on again', async () => {
    host.write('onramp.lock', lockOf('1'));
    await host.make(['list-services'], RECORD_ONLY);
    await host.make(['check'], { ...RECORD_ONLY, ONRAMP_ANALYTICS_SYNC: '1' });
    expect(host.records().length).toBeGreaterThan(1);
    const bundle = host.read(BUNDLE);
    rmSync(join(host.root, BUNDLE));
    expect((await disable()).status).toBe(0);
    host.write(BUNDLE, bundle);
    host.write('onramp.lock', lockOf('1'));
    const env = {
      POSTHOG_API_KEY: 'phc_test',
      POSTHOG_HOST: server.url,
      ONRAMP_ANALYTICS_SYNC: '1',
      ONRAMP_ANALYTICS_TIMEOUT_MS: '20000',
    };
    await host.make(['show-services'], env);
    await host.make(['list-services'], env);
    const commands = server.events().map(({ properties }) => properties.command);
    expect(commands).not.toContain('check');
    expect(commands.filter((name) => name === 'list-services').length).toBeLessThan(2);
  });
});

describe('where the record cannot be written', () => {
  it.skipIf(!isRoot)('the id goes: what waits under it is never sent', async () => {
    const server = await startServer();
    const env = {
      POSTHOG_API_KEY: 'phc_test',
      POSTHOG_HOST: server.url,
      ONRAMP_ANALYTICS_SYNC: '1',
      ONRAMP_ANALYTICS_TIMEOUT_MS: '20000',
    };
    host.write('onramp.lock', lockOf('1'));
    await host.make(['list-services'], { ...env, ...RECORD_ONLY });
    giveAll(join(host.root, '..'), NOBODY);
    giveAll(host.record, 0);
    const options = { cwd: host.root, env: { PATH: tools.path }, uid: NOBODY };
    const result = await make(['analytics-disable'], options);
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(host.read('onramp.lock')).not.toContain('ANALYTICS_ID');
    host.write('onramp.lock', host.read('onramp.lock').replace('ENABLED=0', 'ENABLED=1'));
    await host.make(['check'], env);
    const commands = server.events().map(({ properties }) => properties.command);
    await server.close();
    expect(commands).toContain('check');
    expect(commands).not.toContain('list-services');
  });
});

describe('while the bundle is missing', () => {
  it('nothing is noted anywhere, and commands work', async () => {
    host.write('onramp.lock', lockOf('1'));
    rmSync(join(host.root, BUNDLE));
    const before = snapshot(host.root);
    for (let run = 0; run < 3; run += 1) {
      expect(await host.make(['list-services'])).toMatchObject({ status: 0, stderr: '' });
    }
    expect(snapshot(host.root)).toEqual(before);
    expect(spool()).toEqual([]);
  });

  it('a damaged one does not let the spool grow without end', async () => {
    host.write('onramp.lock', lockOf('1'));
    host.write(BUNDLE, 'this is { not a program\n');
    const folder = join(host.record, 'spool');
    mkdirSync(folder, { recursive: true });
    for (let each = 0; each < 240; each += 1) writeFileSync(join(folder, `n${each}.start`), 'v1\n');
    await host.make(['list-services']);
    expect(spool().length).toBe(240);
  });
});

describe('with a Node that cannot run the bundle', () => {
  // S15: two files for every command, for ever.
  const OLD = `exec '${process.execPath}' --require '${join(ROOT, 'test/support/old-node.cjs')}' "$@"`;
  const settings = { ONRAMP_ANALYTICS_ENABLED: '1', ONRAMP_ANALYTICS_SENDER: 'none' };
  const notes = () => spool().filter((name) => name !== 'unusable');
  let old: Tools;
  beforeEach(() => {
    old = toolsWithout([], { node: OLD });
  });
  afterEach(() => old.remove());
  const runOld = async (more = {}) => {
    await host.make(['list-services'], { ...settings, ...more, PATH: old.path });
    await quiet(host.root);
  };

  it.each<[string, Record<string, string>, number]>([
    ['', {}, 4],
    [', in CI', { CI: '1' }, 2],
  ])('few notes are left, however many commands run%s', async (_where, more, most) => {
    for (let run = 0; run < 6; run += 1) await runOld(more);
    expect(notes()).toHaveLength(most);
    expect(spool()).toContain('unusable');
  });

  it('a newer one records what was noted, and from its first command on all that comes', async () => {
    for (let run = 0; run < 4; run += 1) await runOld();
    const runNew = async () => {
      await host.make(['list-services'], { ...settings, ONRAMP_ANALYTICS_TIMEOUT_MS: '20000' });
      await quiet(host.root);
    };
    await runNew();
    expect(spool()).toEqual([]);
    expect(host.records()).toHaveLength(3);
    await runNew();
    expect(host.records()).toHaveLength(4);
  });
});

describe('when every goal is analytics-*', () => {
  it('the project’s own makefile is not read', async () => {
    host.write('Makefile', '$(shell touch built)\nall: ; @echo all\n');
    host.write('onramp.lock', lockOf('1'));
    for (const goal of ['status', 'show-id', 'log', 'preview', 'enable', 'disable']) {
      const { status, stderr } = await host.make([`analytics-${goal}`]);
      expect([goal, status, stderr.replace(/^No .*\n/, '')]).toEqual([goal, 0, '']);
    }
    expect(existsSync(join(host.root, 'built'))).toBe(false);
    await host.make(['all', 'analytics-status']);
    expect(existsSync(join(host.root, 'built'))).toBe(true);
  });

  it('a target of the project that only looks like one of ours is the project’s', async () => {
    host.write('Makefile', 'analytics-weekly: ; @echo theirs\n');
    expect((await host.make(['analytics-weekly'])).stdout).toBe('theirs\n');
  });
});

it.skipIf(!isRoot)('what root’s command makes in a user’s project is the user’s', async () => {
  giveAll(join(host.root, '..'), NOBODY);
  host.write('onramp.lock', lockOf('1'));
  await host.make(['list-services'], RECORD_ONLY);
  for (const path of ['', 'spool', 'journal.ndjson', 'leases', 'salt']) {
    expect([path, statSync(join(host.record, path)).uid]).toEqual([path, NOBODY]);
  }
});

it('says what is so of a lock whose value is off in other letters, or not of this character set', async () => {
  for (const text of ['ANALYTICS_ENABLED=OFF\n', 'ANALYTICS_ENABLED=1 # caf\xe9\n']) {
    writeFileSync(host.lock, Buffer.from(text, 'latin1'));
    const result = await host.make(['analytics-disable'], { PATH: tools.path, LC_ALL: 'C.UTF-8' });
    expect(result).toMatchObject({ status: 0, stderr: '' });
  }
});

it.skipIf(!isRoot)('root and the user of a project can each turn it off for both', async () => {
  giveAll(join(host.root, '..'), NOBODY);
  host.write('onramp.lock', lockOf('1'));
  giveAll(host.root, NOBODY);
  expect((await disable()).status).toBe(0);
  const again = await make(['analytics-disable'], {
    cwd: host.root,
    env: { PATH: tools.path },
    uid: NOBODY,
  });
  expect(again).toMatchObject({ status: 0, stderr: '' });
});
