// `npm run pack:collector -- FOLDER`: the collector as one folder, to be copied to where it runs.
//
// It holds what is built, and what that needs from npm: no compiler, no tests, nothing of the shim.
// Start it with `node packages/collector/collector.js serve`; no folder in it is ever written to.

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const ROOT = join(import.meta.dirname, '..');

const USAGE = `Writes the built collector and what it needs from npm into a new folder.

Usage: npm run pack:collector -- FOLDER [--offline]

  FOLDER      It must not exist yet: nothing is overwritten.
  --offline   Take packages from npm's cache only.`;

/** What the folder holds, besides node_modules. */
const PARTS = [
  'LICENSE',
  'CHANGELOG.md',
  'SECURITY.md',
  'docs/collector.md',
  'docs/deploy.md',
  'examples/deploy',
  'package.json',
  'package-lock.json',
  '.npmrc',
  'packages/collector/package.json',
  'packages/collector/collector.js',
  'packages/collector/dist',
  'packages/dashboard/package.json',
  'packages/dashboard/dist',
  'packages/schema/package.json',
  'packages/tracker/package.json',
  'packages/tracker/dist',
];

const npm = (args, cwd) =>
  execFileSync('npm', args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });

/** Makes the folder. Half of one is removed again. */
function pack(folder, isOffline) {
  for (const name of ['dashboard', 'tracker', 'collector']) {
    npm(['run', '--silent', 'build', '-w', `packages/${name}`], ROOT);
  }
  try {
    for (const part of PARTS) {
      const target = join(folder, part);
      mkdirSync(dirname(target), { recursive: true });
      cpSync(join(ROOT, part), target, { recursive: true });
    }
    const only = ['--omit=dev', '--workspace=packages/collector', '--include-workspace-root=false'];
    const quiet = ['--no-audit', '--no-fund', '--no-progress', '--loglevel=error'];
    npm(['ci', ...only, ...quiet, ...(isOffline ? ['--offline'] : [])], folder);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function main() {
  const options = { offline: { type: 'boolean', default: false }, help: { type: 'boolean' } };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help) return console.log(USAGE);
  if (positionals.length !== 1) throw new Error(`one folder is needed.\n\n${USAGE}`);
  const folder = resolve(positionals[0]);
  if (existsSync(folder)) {
    throw new Error(`${folder} exists, and nothing is overwritten. Name another, or remove it.`);
  }
  pack(folder, values.offline);
  console.log(`packed: ${folder}`);
}

try {
  main();
} catch (error) {
  console.error(`pack-collector: ${error.message}`);
  process.exit(1);
}
