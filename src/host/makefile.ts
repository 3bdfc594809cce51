// Reads the names of targets from a line of a makefile. It need not understand the rest.

/** A line that may name targets, as an extended regular expression: no recipe, no comment. */
export const RULE_LINE = '^[^[:space:]#=:][^#=:]*:([^=:]|:[^=]|$)|^\\.DEFAULT_GOAL[[:space:]]*:*=';

// `target other: …`, but no assignment (`=`, `:=`, `::=`) and no line of a recipe (tab).
const RULE = /^([^\s#=:][^#=:]*?)\s*::?(?![:=])/;
const DEFAULT_GOAL = /^\.DEFAULT_GOAL\s*:{0,3}=\s*(\S+)\s*$/;

/** The targets that a line names outright, and whether it is an assignment to .DEFAULT_GOAL. */
export function parseRule(line: string): { targets: string[]; isDefaultGoal: boolean } {
  const goal = DEFAULT_GOAL.exec(line)?.[1];
  if (goal) return { targets: [goal], isDefaultGoal: true };
  const names = RULE.exec(line)?.[1]?.split(/\s+/) ?? [];
  return { targets: names.filter((name) => !/[$%()]/.test(name)), isDefaultGoal: false };
}
