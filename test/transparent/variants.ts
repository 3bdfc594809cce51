// The ways in which the shim can be there, and a scenario's run under one of them.

import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cleanEnv, shim } from '../support/run';
import { PROJECT } from './project';
import type { Scenario } from './scenario';

/** One way of being there. */
export interface Variant {
  readonly name: string;
  /** What it is compared with: `absent`, or `absent` with the same lack of permission. */
  readonly baseline?: 'absent' | 'absent, unwritable';
  readonly lock?: string;
  readonly bundle?: 'broken';
  readonly withoutNode?: true;
  readonly unwritable?: true;
}

const ON = 'ANALYTICS_ENABLED=1\nANALYTICS_ID=5e0c2a4b-97f1-4d35-a1f2-b1f0e1a7c3d4\n';

export const VARIANTS: readonly Variant[] = [
  { name: 'absent' },
  { name: 'off', baseline: 'absent' },
  {
    name: 'disabled',
    baseline: 'absent',
    lock: ON.replace('=1', '=0'),
  },
  { name: 'on', baseline: 'absent', lock: ON },
  {
    name: 'on, broken bundle',
    baseline: 'absent',
    lock: ON,
    bundle: 'broken',
  },
  { name: 'on, without node', baseline: 'absent', lock: ON, withoutNode: true },
  { name: 'absent, unwritable', unwritable: true },
  { name: 'on, unwritable', baseline: 'absent, unwritable', lock: ON, unwritable: true },
];

/** Somebody who may not write: when the tests run as root, the user that owns nothing. */
const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;

/** The shim's files as `init` writes them: path → text, and where the bundle is. */
export interface Installed {
  readonly texts: Readonly<Record<string, string>>;
  readonly bundle: string;
}

/** Has `init` write the shim's files into a project below `base`, to be copied from there. */
export async function installOnce(base: string): Promise<Installed> {
  const template = join(base, 'template');
  mkdirSync(template);
  writeFileSync(join(template, 'Makefile'), 'all: ;\n');
  const { status, stderr } = await shim(['init', '.'], { cwd: template });
  if (status !== 0) throw new Error(`init failed: ${stderr}`);
  const paths = ['GNUmakefile', '.onramp/analytics.mk', '.onramp/track'];
  const texts = paths.map((path) => [path, readFileSync(join(template, path), 'utf8')]);
  return { texts: Object.fromEntries(texts), bundle: join(template, '.onramp/onramp-analytics') };
}

/** What the shim adds to a project's folder. */
const OURS = /^(GNUmakefile|onramp\.lock|\.(onramp|git)(\/.*)?)$/;

/** What was left of a run. */
export interface Outcome {
  readonly end: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly files: string;
  /** Whether the command was noted down by the shim. */
  readonly isTracked: boolean;
}

function install(root: string, variant: Variant, { texts, bundle }: Installed): void {
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const ours = join(root, '.onramp/onramp-analytics');
  if (variant.bundle === 'broken') writeFileSync(ours, 'this is { not a program\n');
  else
    try {
      linkSync(bundle, ours);
    } catch {
      copyFileSync(bundle, ours);
    }
  if (variant.lock) writeFileSync(join(root, 'onramp.lock'), variant.lock);
}

function everything(root: string): string[] {
  return ['', ...readdirSync(root, { recursive: true }).map(String).sort()];
}

function forbidWriting(root: string): void {
  for (const path of everything(root)) {
    const file = join(root, path);
    if (isRoot) continue; // The files are root's, and nobody is not.
    chmodSync(file, lstatSync(file).mode & ~0o222);
  }
}

function allowWriting(root: string): void {
  for (const path of everything(root)) {
    const file = join(root, path);
    if (lstatSync(file).isDirectory()) chmodSync(file, 0o755);
  }
}

/** Every file below `root` but the shim's own, with kind, mode and contents. */
function listFiles(root: string): string {
  return everything(root)
    .filter((path) => path !== '' && !OURS.test(path))
    .map((path) => {
      const stat = lstatSync(join(root, path));
      const mode = (stat.mode & 0o777).toString(8);
      if (stat.isSymbolicLink()) return `${path} → ${readlinkSync(join(root, path))}`;
      if (!stat.isFile()) return `${path}/ ${mode}`;
      return `${path} ${mode}\n${readFileSync(join(root, path)).toString('latin1')}`;
    })
    .join('\n');
}

function isTracked(root: string): boolean {
  const record = join(root, '.git/onramp-analytics');
  // In this order: what was noted is forgotten only once it is in the journal.
  const spool = join(record, 'spool');
  const isNoted = existsSync(spool) && readdirSync(spool).some((name) => /\.start$/.test(name));
  return isNoted || existsSync(join(record, 'journal.ndjson'));
}

/** Where a scenario runs. */
export interface Surroundings {
  /** A folder for this run alone; its path shows in outputs. */
  readonly place: string;
  /** A folder with the commands, for PATH. */
  readonly tools: string;
  readonly installed: Installed;
  /** Added to the environment, the scenario's own included. */
  readonly env?: Readonly<Record<string, string>>;
  /** What is done to the project before the command. */
  readonly prepare?: (root: string) => void;
  /** A command in front of the scenario's. */
  readonly prefix?: readonly string[];
}

/** Runs a scenario in a fresh copy of the project. */
export function runScenario(
  scenario: Scenario,
  variant: Variant,
  { place, tools, installed, env = {}, prepare, prefix = [] }: Surroundings,
): Promise<Outcome> {
  const root = join(place, scenario.folder ?? 'host');
  for (const [path, text] of Object.entries({ ...PROJECT, ...scenario.files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  mkdirSync(join(root, '.git'), { recursive: true });
  if (variant.baseline) install(root, variant, installed);
  const id = isRoot && variant.unwritable ? { uid: NOBODY, gid: NOBODY } : {};
  if (variant.unwritable) {
    if (isRoot) chownSync(place, NOBODY, NOBODY);
    forbidWriting(root);
  }
  prepare?.(root);
  const [program = 'sh', ...args] = [...prefix, 'sh', '-c', scenario.run];
  return new Promise((done, fail) => {
    const child = spawn(program, args, {
      cwd: root,
      env: cleanEnv({ ...scenario.env, PATH: tools, HOME: place, ...env }),
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      ...id,
    });
    const pieces = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    let isStarted = false;
    child.stdout.on('data', (piece: Buffer) => {
      pieces.stdout.push(piece);
      if (isStarted || !Buffer.concat(pieces.stdout).includes('started')) return;
      isStarted = true;
      const { signal, typed } = scenario;
      if (signal) process.kill(signal.to === 'group' ? -child.pid! : child.pid!, signal.name);
      if (typed) child.stdin.write(typed);
    });
    child.stderr.on('data', (piece: Buffer) => pieces.stderr.push(piece));
    child.stdin.on('error', () => {}); // It may end without having read.
    if (!scenario.typed) child.stdin.end(scenario.input ?? '');
    child.on('error', fail);
    child.on('close', (status, signal) => {
      try {
        if (variant.unwritable && !isRoot) allowWriting(root);
        done({
          end: signal ?? `status ${status}`,
          stdout: Buffer.concat(pieces.stdout).toString('latin1'),
          stderr: Buffer.concat(pieces.stderr).toString('latin1'),
          files: listFiles(root),
          isTracked: isTracked(root),
        });
      } catch (error) {
        fail(error); // The test gave up, and its folder is gone.
      }
    });
  });
}

/** Removes a folder in which a detached shim may still be writing. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}
