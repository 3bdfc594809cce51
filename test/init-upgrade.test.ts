// init in a project that 1.0.0 set up: everything moves to .onramp/, or nothing does.

import { spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { filesBelow, type Host, makeHost } from './support/host';
import { flat, hasHistory, initAs100 } from './support/old';
import { snapshot } from './support/project';
import { BUNDLE } from './support/run';

const OLD = ['bin/onramp-analytics', 'make/analytics.mk', 'make/track.sh'];
const NEW = ['.gitattributes', 'analytics.mk', 'onramp-analytics', 'README.md', 'track'].map(
  (it) => `.onramp/${it}`,
);

describe.runIf(hasHistory())('from 1.0.0', () => {
  let host: Host;
  beforeEach(async () => {
    host = await makeHost({ files: { Makefile: 'up: ; @echo up\n' }, init: false });
    await initAs100(host);
    expect(filesBelow(host.root)).toEqual(
      ['.gitignore', 'GNUmakefile', 'Makefile', 'bin', 'make', ...OLD].sort(),
    );
  });
  afterEach(() => host.remove());

  it('its files and the folders that are empty then are gone, and it is as if new', async () => {
    const { status, stdout, stderr } = await host.shim(['init', '.']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const path of OLD) expect(stdout).toContain(`removed    ${path} (it is in .onramp/ now)`);
    expect(stdout).toContain('removed    make/ (it was empty then)');
    const fresh = await makeHost({ files: { Makefile: 'up: ; @echo up\n' } });
    expect(snapshot(host.root)).toEqual(snapshot(fresh.root));
    fresh.remove();
    expect((await host.make(['up'])).stdout).toBe('up\n');
  });

  it('killed at any moment, the project works, and the next init completes it', async () => {
    const whole = await makeHost({ files: { Makefile: 'up: ; @echo up\n' } });
    const node = process.env.TEST_NODE ?? process.execPath;
    for (const delayMs of [0, 2, 6]) {
      const old = await makeHost({ files: { Makefile: 'up: ; @echo up\n' }, init: false });
      await initAs100(old);
      const child = spawn(node, [BUNDLE, 'init', '.'], { cwd: old.root, stdio: 'ignore' });
      const gone = new Promise((resolve) => child.on('exit', resolve));
      while (!existsSync(join(old.root, '.onramp')) && child.exitCode === null) await wait(1);
      await wait(delayMs);
      child.kill('SIGKILL');
      await gone;
      expect(await old.make(['up'])).toMatchObject({ status: 0, stdout: 'up\n', stderr: '' });
      expect((await old.shim(['init', '.'])).status).toBe(0);
      const left = snapshot(old.root);
      // What the killed one had begun to write goes with a later write to that folder.
      for (const path of Object.keys(left)) if (path.endsWith('.tmp')) delete left[path];
      // A folder that it had just emptied stays: whose an empty folder is, nobody can tell. Git has none.
      for (const path of ['make', 'bin']) if (left[path]?.endsWith('folder')) delete left[path];
      expect(left).toEqual(snapshot(whole.root));
      old.remove();
    }
    whole.remove();
  });

  it('other files in make/ and bin/ stay', async () => {
    host.write('make/own.mk', '# own\n');
    host.write('bin/tool', '# own\n');
    await host.shim(['init', '.']);
    expect(filesBelow(host.root)).toEqual(
      ['.gitignore', '.onramp', 'GNUmakefile', 'Makefile', 'bin', 'bin/tool', 'make', 'make/own.mk']
        .concat(NEW)
        .sort(),
    );
  });

  it.each(['GNUmakefile', ...OLD])(
    '%s was changed: nothing is done, not even half',
    async (path) => {
      const bundle = path.startsWith('bin') ? '// mine\n' : '# mine\n';
      appendFileSync(join(host.root, path), bundle);
      const before = snapshot(host.root);
      const { status, stdout, stderr } = await host.shim(['init', '.']);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(flat(stderr)).toContain(`Nothing was written: - ${path} was changed since init wrote`);
      expect(snapshot(host.root)).toEqual(before);
      expect((await host.shim(['init', '--force', '.'])).status).toBe(0);
      for (const old of OLD) expect(filesBelow(host.root)).not.toContain(old);
    },
  );

  it('files of the host under those names, without a seal, are none of ours', async () => {
    for (const path of OLD) host.write(path, '# the project’s own\n');
    expect((await host.shim(['init', '.'])).status).toBe(0);
    for (const path of OLD) expect(host.read(path)).toBe('# the project’s own\n');
  });

  describe('a host that includes make/analytics.mk by name', () => {
    const OWN = 'own: ; @echo own\ninclude make/analytics.mk\n';
    beforeEach(() => host.write('GNUmakefile', OWN));

    it('keeps one line there, is told to change the include, and works', async () => {
      const { status, stdout } = await host.shim(['init', '.']);
      expect(status).toBe(0);
      expect(flat(stdout)).toContain(
        'wrote make/analytics.mk (GNUmakefile:2 includes it: say .onramp/analytics.mk there)',
      );
      expect(host.read('make/analytics.mk').split('\n')[0]).toBe(
        '-include $(dir $(lastword $(MAKEFILE_LIST)))../.onramp/analytics.mk',
      );
      expect(host.read('GNUmakefile')).toBe(OWN);
      expect(filesBelow(host.root)).not.toContain('make/track.sh');
      expect(await host.make([])).toMatchObject({ status: 0, stdout: 'own\n', stderr: '' });
      expect((await host.make(['analytics-status'])).stdout).toMatch(/^Analytics: +off/);
    });

    it('again: it stays while it is included, and goes when it is not', async () => {
      await host.shim(['init', '.']);
      const before = snapshot(host.root);
      const again = await host.shim(['init', '.']);
      expect(flat(again.stdout)).toContain('unchanged make/analytics.mk (GNUmakefile:2 includes');
      expect(snapshot(host.root)).toEqual(before);
      host.write('GNUmakefile', 'own: ; @echo own\n-include .onramp/analytics.mk\n');
      const last = await host.shim(['init', '.']);
      expect(last.stdout).toContain('removed    make/analytics.mk');
      expect(filesBelow(host.root)).not.toContain('make');
      expect(await host.make([])).toMatchObject({ status: 0, stdout: 'own\n', stderr: '' });
    });
  });

  describe('make/analytics.settings.mk', () => {
    const settings = (text: string) => host.write('make/analytics.settings.mk', text);

    it('becomes .onramp/settings, comments and all', async () => {
      settings(
        [
          '# Where the key is.',
          'analytics.env-files := .env analytics.env # both',
          'analytics.services = apps',
          'analytics.overrides ?= over',
          'analytics.scaffolds := \\',
          '  my-scaffolds',
          'analytics.env-files += more.env',
          '',
        ].join('\r\n'),
      );
      const { status, stdout } = await host.shim(['init', '.']);
      expect(status).toBe(0);
      expect(flat(stdout)).toContain('wrote .onramp/settings (from make/analytics.settings.mk)');
      expect(host.read('.onramp/settings')).toBe(
        '# Where the key is.\n# both\nANALYTICS_ENV_FILES=.env analytics.env more.env\n' +
          'ANALYTICS_SERVICES=apps\nANALYTICS_OVERRIDES=over\nANALYTICS_SCAFFOLDS=my-scaffolds\n',
      );
      expect(filesBelow(host.root)).not.toContain('make');
      // And then it is the host's own.
      host.write('.onramp/settings', 'ANALYTICS_SERVICES=other\n');
      await host.shim(['init', '--force', '.']);
      expect(host.read('.onramp/settings')).toBe('ANALYTICS_SERVICES=other\n');
    });

    it('in another encoding: nothing is done, and it says so', async () => {
      settings('');
      const file = join(host.root, 'make/analytics.settings.mk');
      writeFileSync(file, Buffer.from('analytics.env-files := caf\xe9/.env\n', 'latin1'));
      const { status, stderr } = await host.shim(['init', '.']);
      expect(status).toBe(1);
      expect(flat(stderr)).toContain('make/analytics.settings.mk is not UTF-8');
      expect(readFileSync(file).toString('latin1')).toContain('caf\xe9');
      expect(filesBelow(host.root)).not.toContain('.onramp');
    });

    it.each([
      'analytics.services := $(wildcard apps-*)',
      'ifdef CI',
      'include more.mk',
      'export POSTHOG_HOST := https://example.org',
      'analytics.unknown := x',
      'analytics.services := "apps"',
    ])(
      'with a line that only make understands, %j: nothing is done, and it says which',
      async (line) => {
        settings(`analytics.env-files := .env\n${line}\n`);
        const before = snapshot(host.root);
        const { status, stderr } = await host.shim(['init', '.']);
        expect(status).toBe(1);
        expect(flat(stderr)).toContain(`make/analytics.settings.mk:2: ${line} cannot be converted`);
        expect(snapshot(host.root)).toEqual(before);
        // What the message says to do is enough.
        mkdirSync(join(host.root, '.onramp'));
        host.write('.onramp/settings', 'ANALYTICS_ENV_FILES=.env\n');
        const { status: next, stdout } = await host.shim(['init', '.']);
        expect(next).toBe(0);
        expect(flat(stdout)).toContain(
          'kept make/analytics.settings.mk (nothing reads it any more',
        );
        expect(host.read('.onramp/settings')).toBe('ANALYTICS_ENV_FILES=.env\n');
      },
    );

    it('that sets nothing goes without a successor', async () => {
      settings('\n');
      await host.shim(['init', '.']);
      expect(filesBelow(host.root)).toEqual(
        ['.gitignore', '.onramp', 'GNUmakefile', 'Makefile', ...NEW].sort(),
      );
    });
  });

  it('a POSTHOG_API_KEY in .env, which was taken before and is not now, is named', async () => {
    host.write('.env', 'POSTHOG_API_KEY=phc_canary\n');
    const { stdout } = await host.shim(['init', '.']);
    expect(flat(stdout)).toContain('.env has a POSTHOG_API_KEY, which may be your application');
    expect(stdout).not.toContain('phc_canary');
    rmSync(join(host.root, '.env'));
  });

  it('the record and the lock of the user are not touched', async () => {
    mkdirSync(join(host.root, '.onramp-analytics'));
    host.write('.onramp-analytics/journal.ndjson', '{}\n');
    host.write('onramp.lock', 'ANALYTICS_ENABLED=local\n');
    const { stdout } = await host.shim(['init', '.']);
    expect(stdout).toContain('Analytics is local in this project.');
    expect(host.read('onramp.lock')).toBe('ANALYTICS_ENABLED=local\n');
    expect(host.read('.onramp-analytics/journal.ndjson')).toBe('{}\n');
  });
});
