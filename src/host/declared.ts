// What the host project itself declares, as git has it: services, overrides, scaffolds, commands.
//
// A name that git does not track was made up by the person at the keyboard, and never leaves.

import { spawn } from 'node:child_process';
import { GIT_TIMEOUT_MS } from '../limits';
import { parseRule, RULE_LINE } from './makefile';

/** The folders that hold the declarations, relative to the project. */
export interface Folders {
  readonly services: string;
  readonly overrides: string;
  readonly scaffolds: string;
}

/** The names a project declares. */
export interface Declared {
  service(name: string): boolean;
  override(name: string): boolean;
  scaffold(name: string): boolean;
  command(name: string): boolean;
  /** What `make` without a goal runs, if the project's makefiles tell. */
  readonly defaultCommand: string | undefined;
}

const MAKEFILES = ['makefile', 'Makefile', ':(glob)**/*.mk'];
/** The order in which make looks for its first makefile; ours is not one of the project's own. */
const MAIN = ['makefile', 'Makefile'];

/** Runs git with nothing of the caller's git environment, and with nothing that could run a hook. */
function git(root: string, args: readonly string[], input = ''): Promise<Buffer> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')),
  );
  const options = ['-c', 'core.fsmonitor=false', '-c', 'safe.directory=*'];
  return new Promise((resolve) => {
    const child = spawn('git', [...options, ...args], {
      cwd: root,
      env: { ...env, GIT_OPTIONAL_LOCKS: '0' },
      timeout: GIT_TIMEOUT_MS,
      killSignal: 'SIGKILL',
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const pieces: Buffer[] = [];
    child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
    child.on('error', () => resolve(Buffer.alloc(0)));
    child.on('close', () => resolve(Buffer.concat(pieces)));
    child.stdin.on('error', () => {}); // It may be gone already; then there is no answer either.
    child.stdin.end(input);
  });
}

const lines = (output: Buffer, separator: string) =>
  output.toString('utf8').split(separator).filter(Boolean);

/** The paths of tracked declarations, relative to the project. */
async function declarations(root: string, folders: Folders): Promise<Set<string>> {
  const paths = [folders.services, folders.overrides, folders.scaffolds];
  return new Set(lines(await git(root, ['ls-files', '-z', '--', ...paths]), '\0'));
}

/**
 * The lines of tracked makefiles that may name targets, as git has them, not as they are on disk:
 * a target that somebody added and did not commit to the index is not the project's.
 */
async function ruleLines(root: string): Promise<{ path: string; text: string }[]> {
  const search = ['grep', '--cached', '--no-color', '-I', '-z', '-E', '-e', RULE_LINE, '--'];
  const output = await git(root, [...search, ...MAKEFILES]);
  return lines(output, '\n').map((line) => {
    const at = line.indexOf('\0');
    return { path: line.slice(0, at), text: line.slice(at + 1) };
  });
}

/** What to ask git about: each question is a process, and both run at the same time. */
export interface Questions {
  readonly names: boolean;
  readonly commands: boolean;
}

/**
 * Reads the declarations of the project at `root`. Without git, or outside of a repository, nothing
 * is declared. Never throws.
 */
export async function readDeclared(
  root: string,
  folders: Folders,
  { names, commands }: Questions,
): Promise<Declared> {
  const [paths, rules] = await Promise.all([
    names ? declarations(root, folders) : new Set<string>(),
    commands ? ruleLines(root) : [],
  ]);
  const targets = new Set<string>();
  let defaultCommand: string | undefined;
  for (const { path, text } of rules) {
    const rule = parseRule(text);
    for (const target of rule.targets) targets.add(target);
    if (!MAIN.includes(path)) continue;
    if (rule.isDefaultGoal) defaultCommand = rule.targets[0];
    else defaultCommand ??= rule.targets.find((target) => !target.startsWith('.'));
  }
  return {
    service: (name) => paths.has(`${folders.services}/${name}.yml`),
    override: (name) => paths.has(`${folders.overrides}/${name}.yml`),
    scaffold: (name) => {
      const folder = `${folders.scaffolds}/${name}/`;
      return [...paths].some((path) => path.startsWith(folder));
    },
    command: (name) => targets.has(name),
    defaultCommand,
  };
}
