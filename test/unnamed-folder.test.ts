// A folder whose name is not UTF-8: Node has no name for it, and commands, events and people's commands
// work there as elsewhere.

import { renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Host, makeHost } from './support/host';
import { quiet } from './support/processes';
import { lockOf } from './support/project';
import { executed, RECORD_ONLY, recorded } from './support/recorded';
import { BUNDLE, run } from './support/run';

const MAKE = process.env.TEST_MAKE ?? 'make';
const NODE = process.env.TEST_NODE ?? process.execPath;
/** é, as it was written before UTF-8. */
const NAME = Buffer.from('caf\xe9', 'latin1');

let host: Host;
beforeEach(async () => {
  host = await makeHost({ files: { Makefile: 'all: ; @echo done\nfail: ; @exit 3\n' } });
  host.write('onramp.lock', lockOf('1'));
});
afterEach(async () => {
  await quiet(host.root);
  host.remove();
});

/** While the project's folder has that name, runs a command in it. */
async function inside(words: readonly string[], env: Record<string, string> = RECORD_ONLY) {
  const base = Buffer.from(`${dirname(host.root)}/`);
  renameSync(host.root, Buffer.concat([base, NAME]));
  try {
    const script = 'cd "$(printf "caf\\351")" && exec "$@"';
    return await run('sh', ['-c', script, 'sh', ...words], { cwd: dirname(host.root), env });
  } finally {
    await quiet(dirname(host.root));
    renameSync(Buffer.concat([base, NAME]), host.root);
  }
}

describe.runIf(process.platform === 'linux')('in a folder whose name is not UTF-8', () => {
  it('a command is recorded, waited for or not, and nothing is said', async () => {
    expect(await inside([MAKE])).toMatchObject({ status: 0, stdout: 'done\n', stderr: '' });
    const detached = { ONRAMP_ANALYTICS_SENDER: 'none', ONRAMP_ANALYTICS_TIMEOUT_MS: '30000' };
    expect((await inside([MAKE, 'fail'], detached)).status).toBe(2);
    expect(recorded(host).slice(0, 2)).toEqual([executed('all'), executed('fail', false)]);
  });

  it('people’s commands work, through make and by hand', async () => {
    await inside([MAKE]);
    for (const words of [
      [MAKE, 'analytics-log'],
      [NODE, BUNDLE, 'log'],
    ]) {
      expect((await inside(words)).stdout).toContain('command=all');
    }
    expect((await inside([MAKE, 'analytics-report'])).stdout).toContain('all');
    const out = await inside([NODE, BUNDLE, 'export', '--output', 'usage.csv']);
    expect(out).toMatchObject({ status: 0, stderr: '1 event(s) written to usage.csv.\n' });
    expect(host.read('usage.csv')).toContain('command_executed');
    expect((await inside([MAKE, 'analytics-disable'])).stdout).toContain('were thrown away');
    expect(host.read('onramp.lock')).toContain('ANALYTICS_ENABLED=0');
  });

  it('`init` sets up, and takes out again', async () => {
    expect((await inside([NODE, BUNDLE, 'init', '--remove', '.'])).status).toBe(0);
    const { status, stdout } = await inside([NODE, BUNDLE, 'init', '.']);
    expect(status).toBe(0);
    expect(stdout).toContain('wrote      GNUmakefile');
  });
});
