// What the host project itself declares, as git has it: services, overrides, scaffolds, commands.
//
// A name that git does not track was made up by the person at the keyboard, and never leaves.

import { readdirSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { readRegular } from '../files/regular';
import { hashOf, type Index, readIndex } from './gitindex';
import { type Makefile, parseMakefile } from './makefile';

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

/** Whether git has this content; git may have given its lines other ends (core.autocrlf). */
function isContentOf(hash: string, content: Buffer): boolean {
  if (hashOf(content) === hash) return true;
  if (!content.includes('\r\n')) return false;
  return (
    hashOf(Buffer.from(content.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')) === hash
  );
}

/** A makefile whose content is the one git has; undefined for any other file. */
function readTracked(root: string, index: Index, path: string): Makefile | undefined {
  const hash = index.get(path);
  if (hash === undefined) return undefined;
  try {
    const content = readRegular(join(root, path));
    return isContentOf(hash, content) ? parseMakefile(content.toString('utf8')) : undefined;
  } catch {
    return undefined; // Tracked, but gone from the disk.
  }
}

/** What a makefile includes that `make` finds by a name that is written out. */
const isPlain = (path: string) => !/[$*?[\]~%]/.test(path);

/**
 * The targets of tracked makefiles: the project's own, every *.mk, and what these include by name. A
 * makefile that was changed declares nothing until the change is in git: a target in it may be somebody's own.
 */
function readCommands(root: string, index: Index): Commands {
  // Not by asking for each: some file systems answer for `Makefile` when asked for `makefile`.
  const main = MAIN.find((name) => readdirSync(root).includes(name));
  const known = new Map<string, Makefile | undefined>();
  const paths = [...index.keys()].filter(isMakefile);
  for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
    if (known.has(path)) continue;
    const makefile = readTracked(root, index, path);
    known.set(path, makefile);
    for (const each of makefile?.includes ?? []) {
      if (isPlain(each.path)) paths.push(normalize(each.path));
    }
  }
  const targets = new Set<string>();
  for (const makefile of known.values())
    for (const target of makefile?.targets ?? []) targets.add(target);
  return { targets, first: main && firstOf(main, known) };
}

/** What `make` without a goal builds; undefined where that cannot be said. */
function firstOf(
  path: string,
  known: ReadonlyMap<string, Makefile | undefined>,
  open: readonly string[] = [],
): string | undefined {
  const makefile = known.get(path);
  if (!makefile || open.includes(path)) return undefined;
  if (makefile.chosen) return makefile.chosen;
  for (const include of makefile.includes) {
    if (!include.isBefore) break;
    if (!isPlain(include.path)) return undefined;
    const first = firstOf(normalize(include.path), known, [...open, path]);
    if (first) return first;
  }
  return makefile.first;
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
