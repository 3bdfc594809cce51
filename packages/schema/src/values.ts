// One way to write what has many names: `Linux` and `linux`, `Windows` and `win32`, `Darwin` and `macOS`.
//
// Every place that fills a column, or reads counts from before there was a rule, asks here.

/** os: an operating system. tool: a program without its version. major: the first number of a version. */
export type ValueRule = 'os' | 'tool' | 'major';

const SYSTEMS: readonly [pattern: RegExp, name: string][] = [
  [/^win(dows)?(32|64|_nt|\b.*)?$/, 'windows'],
  [/^(darwin|mac ?os( ?x)?|os ?x|macintosh)\b.*$/, 'macos'],
  [/^(gnu\/)?linux\b.*$/, 'linux'],
];

function systemOf(text: string): string {
  const lower = text.trim().toLowerCase();
  return SYSTEMS.find(([pattern]) => pattern.test(lower))?.[1] ?? lower;
}

const RULES: Readonly<Record<ValueRule, (text: string) => string | undefined>> = {
  os: systemOf,
  // As a package manager writes itself: `pnpm/9.1.0 npm/? node/v20.11.1 linux x64`, `yarn@4`.
  tool: (text) => /^\s*([^\s/@]+)/.exec(text)?.[1]?.toLowerCase(),
  major: (text) => /^\s*v?(\d{1,4})(\.|$|\s)/i.exec(text)?.[1],
};

/** A text as its rule has it; undefined when the rule finds nothing in it. */
export const written = (rule: ValueRule, text: string): string | undefined =>
  RULES[rule](text) || undefined;
