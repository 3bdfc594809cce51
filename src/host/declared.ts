// What the host project itself declares, as git has it: services, overrides, scaffolds, commands.
//
// A name that git does not track was made up by the person at the keyboard, and never leaves.

import { spawnSync } from 'node:child_process';
import { GIT_TIMEOUT_MS } from '../limits';
import { parseMakefile } from './makefile';

/** The folders that hold the declarations, relative to the project. */
export interface Folders {
  readonly services: string;
  readonly overrides: string;
  readonly scaffolds: string;
}

/** The names a project declares. Commands are read only when somebody asks for one. */
export interface Declared {
  service(name: string): boolean;
  override(name: string): boolean;
  scaffold(name: string): boolean;
  command(name: string): boolean;
  /** What `make` without a goal runs, if the project's makefiles tell. */
  defaultCommand(): string | undefined;
}

const MAKEFILES = /(^|\/)(GNUmakefile|makefile|Makefile|[^/]+\.mk)$/;
/** The order in which make looks for its first makefile; ours is not one of the project's own. */
const MAIN = ['makefile', 'Makefile'];

interface Tracked {
  readonly path: string;
  readonly blob: string;
}

/** Runs git with nothing of the caller's git environment, and with nothing that could run a hook. */
function git(root: string, args: readonly string[], input?: string): string {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')),
  );
  const options = ['-c', 'core.fsmonitor=false', '-c', 'safe.directory=*'];
  const { stdout } = spawnSync('git', [...options, ...args], {
    cwd: root,
    env: { ...env, GIT_OPTIONAL_LOCKS: '0' },
    input: input ?? '',
    encoding: 'utf8',
    timeout: GIT_TIMEOUT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  return stdout ?? '';
}

function listTracked(root: string, folders: Folders): Tracked[] {
  const paths = [folders.services, folders.overrides, folders.scaffolds];
  const makefiles = [':(glob)**/*.mk', 'Makefile', 'makefile'];
  const listing = git(root, ['ls-files', '-s', '-z', '--', ...paths, ...makefiles]);
  return listing
    .split('\0')
    .map((line) => /^\d+ ([0-9a-f]+) 0\t(.*)$/s.exec(line))
    .filter((match) => match !== null)
    .map(([, blob, path]) => ({ blob: blob!, path: path! }));
}

/** Blobs in the order asked for. `git cat-file --batch`: `<id> blob <bytes>\n<content>\n`. */
function readBlobs(root: string, blobs: readonly string[]): string[] {
  let rest = Buffer.from(git(root, ['cat-file', '--batch'], `${blobs.join('\n')}\n`));
  const contents: string[] = [];
  for (;;) {
    const newline = rest.indexOf('\n');
    const size = Number(/ blob (\d+)$/.exec(rest.toString('utf8', 0, Math.max(0, newline)))?.[1]);
    if (newline < 0 || Number.isNaN(size)) return contents;
    contents.push(rest.toString('utf8', newline + 1, newline + 1 + size));
    rest = rest.subarray(newline + 1 + size + 1);
  }
}

/**
 * Reads the declarations of the project at `root`. Without git, or outside of a repository, nothing
 * is declared. Never throws.
 */
export function readDeclared(root: string, folders: Folders): Declared {
  let listed: Tracked[] | undefined;
  let commands: { names: Set<string>; first: string | undefined } | undefined;
  const tracked = () => {
    listed ??= listTracked(root, folders);
    return listed;
  };
  const hasFile = (folder: string, name: string) =>
    tracked().some(({ path }) => path === `${folder}/${name}.yml`);
  const makefiles = () => {
    if (commands) return commands;
    const files = tracked().filter(({ path }) => MAKEFILES.test(path));
    const texts = files.length > 0 ? readBlobs(root, files.map(({ blob }) => blob)) : [];
    const names = new Set<string>();
    let first: string | undefined;
    for (const [index, text] of texts.entries()) {
      const { targets, defaultTarget } = parseMakefile(text);
      for (const target of targets) names.add(target);
      if (MAIN.includes(files[index]!.path)) first ??= defaultTarget;
    }
    commands = { names, first };
    return commands;
  };
  return {
    service: (name) => hasFile(folders.services, name),
    override: (name) => hasFile(folders.overrides, name),
    scaffold: (name) =>
      tracked().some(({ path }) => path.startsWith(`${folders.scaffolds}/${name}/`)),
    command: (name) => makefiles().names.has(name),
    defaultCommand: () => makefiles().first,
  };
}
