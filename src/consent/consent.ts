// Who decides whether anything is recorded. First match wins; the default is off.

/** off: nothing at all · local: recorded here, sent nowhere · on: recorded and sent. */
export type Mode = 'off' | 'local' | 'on';

/** The four deciders, strongest first. The names are what `status` prints. */
const PRECEDENCE = [
  'DO_NOT_TRACK',
  'ONRAMP_ANALYTICS_ENABLED',
  'ANALYTICS_ENABLED',
  'default',
] as const;

export type DecidedBy = (typeof PRECEDENCE)[number];

/** A decision, who took it, and whether the decider's value was one that is understood. */
export interface Consent {
  readonly mode: Mode;
  readonly decidedBy: DecidedBy;
  readonly understood: boolean;
}

/** Words for each mode. The same words hold in the environment and in the state file. */
const WORDS: Readonly<Record<Mode, readonly string[]>> = {
  on: ['1', 'true', 'yes', 'on'],
  off: ['0', 'false', 'no', 'off'],
  local: ['local'],
};

const DO_NOT_TRACK_MEANS_NOTHING = ['', '0', 'false'];

/** A word, Capitalised or in CAPITALS. Not any mixture: make/analytics.mk has to know them all. */
const says = (value: string, word: string) =>
  [word, word.toUpperCase(), word.slice(0, 1).toUpperCase() + word.slice(1)].includes(value);

/** White space as make has it; JavaScript's own `trim` takes away more than that. */
const SPACE = ' \t\n\v\f\r';

/** A value without white space around it. No regular expression: one may take a square of its length. */
function plain(value = ''): string {
  let from = 0;
  let to = value.length;
  while (from < to && SPACE.includes(value[from]!)) from += 1;
  while (to > from && SPACE.includes(value[to - 1]!)) to -= 1;
  return value.slice(from, to);
}

function modeOf(word: string): Mode | undefined {
  return (Object.keys(WORDS) as Mode[]).find((mode) =>
    WORDS[mode].some((each) => says(word, each)),
  );
}

/**
 * Decides from the two environment variables and the state file's `ANALYTICS_ENABLED`.
 * An empty variable counts as not set (CI systems pass empty ones); a value nobody understands
 * means off. `DO_NOT_TRACK`: https://consoledonottrack.com
 */
export function decide(
  env: Readonly<Record<string, string | undefined>>,
  stored: string | undefined,
): Consent {
  if (!DO_NOT_TRACK_MEANS_NOTHING.some((each) => says(plain(env.DO_NOT_TRACK), each)))
    return { mode: 'off', decidedBy: 'DO_NOT_TRACK', understood: true };
  const candidates = [
    ['ONRAMP_ANALYTICS_ENABLED', plain(env.ONRAMP_ANALYTICS_ENABLED)],
    ['ANALYTICS_ENABLED', stored ?? ''], // As it stands between its quotes: make takes nothing away.
  ] as const;
  for (const [decidedBy, word] of candidates) {
    if (word === '') continue;
    const mode = modeOf(word);
    return { mode: mode ?? 'off', decidedBy, understood: mode !== undefined };
  }
  return { mode: 'off', decidedBy: 'default', understood: true };
}
