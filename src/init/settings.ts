// Turns 1.0.0's make/analytics.settings.mk into .onramp/settings, which make does not read.

const KEYS: Readonly<Record<string, string>> = {
  'analytics.env-files': 'ANALYTICS_ENV_FILES',
  'analytics.services': 'ANALYTICS_SERVICES',
  'analytics.overrides': 'ANALYTICS_OVERRIDES',
  'analytics.scaffolds': 'ANALYTICS_SCAFFOLDS',
};

const ASSIGNMENT = /^\s*(?:override\s+)?(analytics\.[a-z-]+)\s*(:{0,3}=|\?=|\+=)\s*(.*?)\s*$/;

export interface Converted {
  /** The text of .onramp/settings. */
  readonly text: string;
  /** The lines that say something which only make understands: `NUMBER: LINE`. */
  readonly left: readonly string[];
}

/** Converts plain assignments of the four settings, and keeps comments; names every other line. */
export function convert(makefile: string): Converted {
  const values = new Map<string, string>();
  const comments: string[] = [];
  const left: string[] = [];
  const lines = makefile.replaceAll('\r\n', '\n').split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const number = at + 1;
    let line = lines[at]!;
    while (line.endsWith('\\') && at + 1 < lines.length) {
      at += 1;
      line = `${line.slice(0, -1).trimEnd()} ${lines[at]!.trimStart()}`;
    }
    const hash = line.indexOf('#');
    const code = hash < 0 ? line : line.slice(0, hash);
    if (hash >= 0) comments.push(line.slice(hash));
    if (code.trim() === '') continue;
    const [, name, operator, value] = ASSIGNMENT.exec(code) ?? [];
    const key = name === undefined ? undefined : KEYS[name];
    // What make would evaluate, or a tab or quote that a plain value has no use for.
    if (key === undefined || value === undefined || /[$\\"'`]/.test(value)) {
      left.push(`${number}: ${line.trim()}`);
      continue;
    }
    const before = values.get(key);
    if (operator === '?=' && before !== undefined) continue;
    const isMore = operator === '+=' && before !== undefined;
    values.set(key, isMore ? `${before} ${value}`.trim() : value);
  }
  // An empty value was no value: 1.0.0 had `ifndef`.
  const set = [...values].filter(([, value]) => value !== '');
  const text = [...comments, ...set.map(([key, value]) => `${key}=${value}`)];
  return { text: text.map((line) => `${line}\n`).join(''), left };
}
