// One line of the table, and short ways to write it.

/** One line of the table. */
export interface Scenario {
  readonly name: string;
  /** A line of sh. `make` is the make under test. */
  readonly run: string;
  /** Files that replace or add to the project's. */
  readonly files?: Readonly<Record<string, string>>;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Sent as soon as a recipe has said `started`; `run` must then end in an `exec make`. */
  readonly signal?: { readonly name: NodeJS.Signals; readonly to: 'group' | 'make' };
  /** Typed into the terminal as soon as a recipe has said `started`. */
  readonly typed?: string;
  /** The project's folder; others than the usual one may have spaces and any letters. */
  readonly folder?: string;
  /** Commands the machine must have. */
  readonly needs?: readonly string[];
  /** The oldest make that knows what is asked for. */
  readonly since?: number;
  /** The newest make for which this line holds. */
  readonly until?: number;
  /** Analytics steps aside, even when it is on. */
  readonly untracked?: true | 'without node in the default PATH';
  /** Recipes run at the same time, so lines may come in any order. */
  readonly anyOrder?: true;
  /** How often a make of the run fails; 1 unless told. */
  readonly fails?: number;
  /** What docs/transparency.md names as unavoidable, taken out on both sides. */
  readonly forgiven?: RegExp;
  /** stdout is make's data base, where this project's makefiles may show. */
  readonly database?: true;
}

export const s = (name: string, run: string, more: Partial<Scenario> = {}): Scenario => ({
  name,
  run,
  ...more,
});
/** make 3.81 to 4.3 put a `w` into MAKEFLAGS for -C and -w; the real make is not told to. */
export const W = { forgiven: /(?<=\[)-?w(?=\])/g } as const;
export const makefile = (text: string) => ({ files: { Makefile: text } });
export const untracked = { untracked: true } as const;
