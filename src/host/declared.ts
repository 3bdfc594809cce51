// What the host project itself declares, as git has it: services, overrides, scaffolds, commands.
//
// A name that git does not track was made up by the person at the keyboard, and never leaves.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf, type Index, readIndex } from './gitindex';
import { parseMakefile } from './makefile';

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
  defaultCommand(): string | undefined;
}

/** make reads the first of these that there is. */
const MAIN = ['makefile', 'Makefile'];
const isMakefile = (path: string) => MAIN.includes(path) || path.endsWith('.mk');

interface Commands {
  readonly targets: ReadonlySet<string>;
  readonly first: string | undefined;
}

/**
 * The targets of tracked makefiles whose content is the one git has. A makefile that was changed
 * declares nothing until the change is in git: a target in it may be somebody's own.
 */
function readCommands(root: string, index: Index): Commands {
  const targets = new Set<string>();
  let first: string | undefined;
  // Not by asking for each: some file systems answer for `Makefile` when asked for `makefile`.
  const main = MAIN.find((name) => readdirSync(root).includes(name));
  for (const [path, hash] of index) {
    if (!isMakefile(path)) continue;
    try {
      const content = readFileSync(join(root, path));
      if (hashOf(content) !== hash) continue;
      const parsed = parseMakefile(content.toString('utf8'));
      for (const target of parsed.targets) targets.add(target);
      if (path === main) first = parsed.defaultTarget;
    } catch {
      // Tracked, but gone from the disk.
    }
  }
  return { targets, first };
}

/**
 * Reads the declarations of the project at `root`; makefiles only when a command is asked for.
 * Outside of a git repository nothing is declared. Never throws.
 */
export function readDeclared(root: string, folders: Folders): Declared {
  const index: Index = readIndex(root) ?? new Map();
  let known: Commands | undefined;
  const commands = () => {
    known ??= readCommands(root, index);
    return known;
  };
  return {
    service: (name) => index.has(`${folders.services}/${name}.yml`),
    override: (name) => index.has(`${folders.overrides}/${name}.yml`),
    scaffold: (name) => {
      const folder = `${folders.scaffolds}/${name}/`;
      return [...index.keys()].some((path) => path.startsWith(folder));
    },
    command: (name) => commands().targets.has(name),
    defaultCommand: () => commands().first,
  };
}
