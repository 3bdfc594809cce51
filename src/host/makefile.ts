// Reads the names of the targets from a makefile's text. It need not understand the rest.

// `target other: …`, but no assignment (`=`, `:=`, `::=`) and no line of a recipe (tab).
const RULE = /^([^\s#=:][^#=:]*?)\s*::?(?![:=])/;
const DEFAULT_GOAL = /^\.DEFAULT_GOAL\s*:{0,3}=\s*(\S+)\s*$/;
const DEFINE = /^\s*(override\s+|export\s+)*define\b/;
const ENDEF = /^\s*endef\b/;

/** The targets a makefile names outright, and the one that `make` without a goal would build. */
export function parseMakefile(text: string): { targets: Set<string>; defaultTarget?: string } {
  const targets = new Set<string>();
  let first: string | undefined;
  let chosen: string | undefined;
  let defined = 0;
  for (const line of text.replace(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    if (DEFINE.test(line)) defined += 1;
    if (ENDEF.test(line)) defined = Math.max(0, defined - 1);
    if (defined > 0 || line.startsWith('\t')) continue;
    chosen = DEFAULT_GOAL.exec(line)?.[1] ?? chosen;
    for (const name of RULE.exec(line)?.[1]?.split(/\s+/) ?? []) {
      if (/[$%()]/.test(name)) continue;
      targets.add(name);
      if (!name.startsWith('.')) first ??= name;
    }
  }
  const defaultTarget = chosen ?? first;
  return { targets, ...(defaultTarget && { defaultTarget }) };
}
