// Reads the names of the targets from a makefile's text. It need not understand the rest.

// `target other: …`, but no assignment (`=`, `:=`, `::=`) and no line of a recipe (tab).
const RULE = /^([^\s#=:][^#=:]*?)\s*::?(?![:=])/;
const INCLUDE = /^ *(?:-|s)?include\s+([^#]*)/;
const DEFAULT_GOAL = /^\.DEFAULT_GOAL\s*:{0,3}=\s*(\S+)\s*$/;
const DEFINE = /^\s*(override\s+|export\s+)*define\b/;
const ENDEF = /^\s*endef\b/;

/** What a makefile says. */
export interface Makefile {
  /** The targets that it names outright. */
  readonly targets: Set<string>;
  /** What .DEFAULT_GOAL is set to. */
  readonly chosen?: string | undefined;
  /** The first target, of which makefiles included before may have others. */
  readonly first?: string | undefined;
  /** What it includes, as it is written; `isBefore` the first target. */
  readonly includes: readonly { readonly path: string; readonly isBefore: boolean }[];
}

/** Reads a makefile. */
export function parseMakefile(text: string): Makefile {
  const targets = new Set<string>();
  const includes: { path: string; isBefore: boolean }[] = [];
  let first: string | undefined;
  let chosen: string | undefined;
  let defined = 0;
  for (const line of text.replace(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    if (DEFINE.test(line)) defined += 1;
    if (ENDEF.test(line)) defined = Math.max(0, defined - 1);
    if (defined > 0 || line.startsWith('\t')) continue;
    chosen = DEFAULT_GOAL.exec(line)?.[1] ?? chosen;
    for (const path of INCLUDE.exec(line)?.[1]?.trim().split(/\s+/) ?? []) {
      if (path) includes.push({ path, isBefore: first === undefined });
    }
    for (const name of RULE.exec(line)?.[1]?.split(/\s+/) ?? []) {
      if (/[$%()]/.test(name)) continue;
      targets.add(name);
      if (!name.startsWith('.')) first ??= name;
    }
  }
  return { targets, chosen, first, includes };
}
