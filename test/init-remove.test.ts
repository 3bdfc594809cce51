// init --remove: undoes exactly what init did, and says what is left to do.

import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { filesBelow, type Host, makeHost } from './support/host';
import { flat, hasHistory, initAs100 } from './support/old';
import { ID, lockOf, snapshot } from './support/project';
import { run } from './support/run';

let host: Host;
beforeEach(async () => {
  host = await makeHost({ files: { Makefile: 'up: ; @echo up\n' }, init: false });
});
afterEach(() => host.remove());

describe('takes out', () => {
  it('everything that init wrote, but for the line that keeps ids out of git', async () => {
    host.write('.dockerignore', '*.log\r\nonramp.lock\r\n');
    const before = snapshot(host.root);
    await host.shim(['init', '.']);
    const { status, stdout, stderr } = await host.shim(['init', '--remove', '.']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^removed {4}GNUmakefile$/m);
    expect(stdout).toContain('removed    .onramp/ (it was empty then)');
    expect(flat(stdout)).toContain(
      'kept .gitignore (the line onramp.lock keeps ids out of git; it can go when nobody',
    );
    expect(host.read('.gitignore')).toBe('onramp.lock\n');
    rmSync(join(host.root, '.gitignore'));
    expect(snapshot(host.root)).toEqual(before);
    expect(await host.make(['up'])).toMatchObject({ status: 0, stdout: 'up\n', stderr: '' });
  });

  it.runIf(hasHistory())('1.0.0 as well, without the folders that are empty then', async () => {
    const before = snapshot(host.root);
    await initAs100(host);
    const { status } = await host.shim(['init', '--remove', '.']);
    expect(status).toBe(0);
    rmSync(join(host.root, '.gitignore'));
    expect(snapshot(host.root)).toEqual(before);
  });

  it('run by the very bundle that it removes', async () => {
    await host.shim(['init', '.']);
    const own = join(host.root, '.onramp/onramp-analytics');
    const { status } = await run(process.execPath, [own, 'init', '--remove', '.'], {
      cwd: host.root,
    });
    expect(status).toBe(0);
    expect(filesBelow(host.root)).toEqual(['.gitignore', 'Makefile']);
  });

  it('nothing, and fails, where init never was; a GNUmakefile of the host is not looked at', async () => {
    host.write('GNUmakefile', 'own: ;\n');
    const before = snapshot(host.root);
    const { status, stderr } = await host.shim(['init', '--remove', '.']);
    expect(status).toBe(1);
    expect(stderr).toContain('was written by init');
    expect(snapshot(host.root)).toEqual(before);
  });
});

describe('keeps', () => {
  it('what somebody changed, names it, and fails; --force takes it', async () => {
    await host.shim(['init', '.']);
    appendFileSync(join(host.root, '.onramp/track'), '# mine\n');
    const { status, stdout, stderr } = await host.shim(['init', '--remove', '.']);
    expect(status).toBe(1);
    expect(flat(stdout)).toContain(
      'kept .onramp/track (changed since init wrote it: --force removes it)',
    );
    expect(stderr).toContain('.onramp/track: changed since init wrote it, and kept');
    expect(filesBelow(host.root)).toEqual(['.gitignore', '.onramp', '.onramp/track', 'Makefile']);
    expect((await host.make(['up'])).stdout).toBe('up\n');
    expect((await host.shim(['init', '--remove', '--force', '.'])).status).toBe(0);
    expect(filesBelow(host.root)).toEqual(['.gitignore', 'Makefile']);
  });

  it('settings and other files that are the host’s own', async () => {
    await host.shim(['init', '.']);
    host.write('.onramp/settings', 'ANALYTICS_ENV_FILES=.env\n');
    host.write('.onramp/notes.txt', 'mine\n');
    const { status, stdout } = await host.shim(['init', '--remove', '.']);
    expect(status).toBe(0);
    expect(flat(stdout)).toContain(
      'kept .onramp/settings (yours: nothing reads it any more; delete it)',
    );
    expect(filesBelow(join(host.root, '.onramp'))).toEqual(['notes.txt', 'settings']);
  });

  it('what belongs to users: the lock and the record; and says how to delete them', async () => {
    await host.shim(['init', '.']);
    host.write('onramp.lock', lockOf('1'));
    mkdirSync(host.record, { recursive: true });
    host.write('.git/onramp-analytics/journal.ndjson', '{}\n');
    const { stdout } = await host.shim(['init', '--remove', '.']);
    expect(host.read('onramp.lock')).toBe(lockOf('1'));
    expect(host.read('.git/onramp-analytics/journal.ndjson')).toBe('{}\n');
    const command = /^ {2}(rm -rf .+)$/m.exec(stdout)?.[1];
    expect(command).toBe('rm -rf onramp.lock .git/onramp-analytics');
    await run('sh', ['-c', command!], { cwd: host.root });
    expect(filesBelow(host.root)).toEqual(['.gitignore', 'Makefile']);
  });
});

describe('says', () => {
  it('where the record is without git, in words that a shell takes', async () => {
    const home = join(host.root, "../it's a home");
    await run('rm', ['-rf', '.git'], { cwd: host.root });
    await host.shim(['init', '.']);
    host.write('onramp.lock', lockOf('1'));
    const record = join(home, '.local/state/onramp-analytics', ID);
    mkdirSync(record, { recursive: true });
    const { stdout } = await host.shim(['init', '--remove', '.'], { HOME: home });
    const command = /^ {2}(rm -rf .+)$/m.exec(stdout)?.[1];
    await run('sh', ['-c', command!], { cwd: host.root });
    expect(filesBelow(join(home, '.local/state/onramp-analytics'))).toEqual([]);
  });

  it('which lines of the host’s makefiles speak of it, and whether make fails on them', async () => {
    host.write('GNUmakefile', 'own: ; @$(call analytics-event,service_started,service_name=a)\n');
    await host.shim(['init', '.']);
    appendFileSync(join(host.root, 'GNUmakefile'), '-include .onramp/analytics.mk\n');
    mkdirSync(join(host.root, 'mk'));
    host.write('mk/more.mk', '\ninclude $(CURDIR)/.onramp/analytics.mk # ours\n');
    const { stdout } = await host.shim(['init', '--remove', '.']);
    const text = flat(stdout);
    expect(text).toContain('GNUmakefile:2 says `-include .onramp/analytics.mk`: delete that line.');
    expect(text).toContain('mk/more.mk:2 says `include $(CURDIR)/.onramp/analytics.mk # ours`:');
    expect(text).toContain('delete that line, or make fails.');
    expect(text).toContain('GNUmakefile:1 calls analytics-event, which is nothing now');
    expect(await host.make([])).toMatchObject({ status: 0, stderr: '' });
  });
});
