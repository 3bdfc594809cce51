// A host project for a test: a copy of the homelab example, in git, set up with `init`.

import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectAt } from '../../src/project/project';
import { cleanEnv, make, type Result, ROOT, shim } from './run';

const GIT = [
  '-c',
  'user.name=test',
  '-c',
  'user.email=test@example.org',
  '-c',
  'init.defaultBranch=main',
];

export interface Host {
  readonly root: string;
  readonly lock: string;
  /** The folder of the record, in git's own. */
  readonly record: string;
  readonly journal: string;
  make(args: readonly string[], env?: Record<string, string | undefined>): Promise<Result>;
  shim(args: readonly string[], env?: Record<string, string | undefined>): Promise<Result>;
  /** Adds everything to git's index, so that it counts as the project's own. */
  git(): void;
  read(path: string): string;
  write(path: string, text: string): void;
  /** The lines of the journal, parsed; those that are damaged are undefined. */
  records(): (Record<string, unknown> | undefined)[];
  remove(): void;
}

export interface HostOptions {
  /** The folder's name; may hold spaces and any letters. */
  readonly name?: string;
  /** Files that replace the homelab: path → text. Without it, the homelab is copied. */
  readonly files?: Record<string, string>;
  /** False: the shim is absent. */
  readonly init?: boolean;
}

/** Makes a host project in a temporary folder. Remove it in the end. */
export async function makeHost({
  name = 'home',
  files,
  init = true,
}: HostOptions = {}): Promise<Host> {
  const base = mkdtempSync(join(tmpdir(), 'onramp-'));
  const root = join(base, name);
  if (files) {
    for (const [path, text] of Object.entries(files)) {
      const folder = join(root, path, '..');
      execFileSync('mkdir', ['-p', folder]);
      writeFileSync(join(root, path), text);
    }
  } else {
    cpSync(join(ROOT, 'examples/homelab'), root, {
      recursive: true,
      filter: (path) => !/onramp\.lock|\.onramp-analytics|\/etc(\/|$)|-enabled\/[^.]/.test(path),
    });
  }
  const host: Host = {
    root,
    lock: join(root, 'onramp.lock'),
    record: join(root, '.git/onramp-analytics'),
    journal: join(root, '.git/onramp-analytics/journal.ndjson'),
    make: (args, env = {}) => make(args, { cwd: root, env }),
    shim: (args, env = {}) => shim(args, { cwd: root, env }),
    git: () => {
      execFileSync('git', [...GIT, 'add', '-A'], { cwd: root, env: cleanEnv() });
    },
    read: (path) => readFileSync(join(root, path), 'utf8'),
    write: (path, text) => writeFileSync(join(root, path), text),
    records: () => {
      const { journal } = projectAt(root, cleanEnv()); // Without git, it is elsewhere.
      if (!existsSync(journal)) return [];
      const lines = readFileSync(journal, 'utf8').split('\n').filter(Boolean);
      return lines.map((line) => {
        try {
          return JSON.parse(line) as Record<string, unknown>;
        } catch {
          return undefined;
        }
      });
    },
    remove: () => rmSync(base, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }),
  };
  execFileSync('git', [...GIT, 'init', '-q'], { cwd: root, env: cleanEnv() });
  if (init) {
    const { status, stderr } = await shim(['init', '.'], { cwd: root });
    if (status !== 0) throw new Error(`init failed: ${stderr}`);
  }
  host.git();
  return host;
}

/** Every path below a folder, sorted; of git's own files none. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((path) => path !== '.git' && !path.startsWith('.git/'))
    .sort();
}
