// A host project as 1.0.0's own init left it: made by the real 1.0.0, out of this repository's history.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Host } from './host';
import { ROOT, run } from './run';

const COMMIT = '66e559f';

/** Whether this is a clone with its history, and not an archive or a shallow clone. */
export const hasHistory = (): boolean =>
  spawnSync('git', ['cat-file', '-e', `${COMMIT}^{commit}`], { cwd: ROOT, stdio: 'ignore' })
    .status === 0;

/** Has 1.0.0 set a project up. */
export async function initAs100(host: Host): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'onramp-1.0.0-'));
  const bundle = join(folder, 'onramp-analytics');
  const options = { cwd: ROOT, maxBuffer: 16 * 1024 * 1024 };
  writeFileSync(bundle, execFileSync('git', ['show', `${COMMIT}:bin/onramp-analytics`], options));
  const { status, stderr } = await run(process.execPath, [bundle, 'init', '.'], { cwd: host.root });
  rmSync(folder, { recursive: true });
  if (status !== 0) throw new Error(`1.0.0 did not set the project up: ${stderr}`);
}

/** A text on one line: where it was broken into lines does not matter. */
export const flat = (text: string): string => text.replace(/\s+/g, ' ');
