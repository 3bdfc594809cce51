// What the terminal is like: how wide, whether colours are wanted, which characters it can show.

import { fstatSync, type Stats, statSync } from 'node:fs';
import { tty } from '../builtin';
import type { Environment } from '../environment';

/** How text is to be laid out and drawn. */
export interface Look {
  readonly columns: number;
  readonly isColoured: boolean;
  /** Block characters; plain ASCII where they may not arrive as such. */
  readonly hasBlocks: boolean;
}

/** Beyond 120 columns lines are hard to read; below 40 nothing can be laid out. */
const COLUMNS = { default: 80, least: 40, most: 120 } as const;

const isNull = ({ rdev }: Stats) => statSync('/dev/null', { throwIfNoEntry: false })?.rdev === rdev;

/** Whether a descriptor is a terminal. A pipe, a file or /dev/null is seen without loading anything. */
export function isTerminal(descriptor: 0 | 1 | 2): boolean {
  try {
    const stat = fstatSync(descriptor);
    return stat.isCharacterDevice() && !isNull(stat) && tty().isatty(descriptor);
  } catch {
    return false; // It is closed.
  }
}

/** The width of the terminal behind a stream: as it is, as `COLUMNS` says, or 80. */
function widthOf(stream: { columns?: number | undefined }, env: Environment): number {
  const wide = stream.columns || Number(env.COLUMNS) || COLUMNS.default;
  return Math.min(COLUMNS.most, Math.max(COLUMNS.least, Math.floor(wide)));
}

/** How to draw on stdout. Where it is no terminal: 80 columns, no colours, ASCII. */
export function lookOfStdout(env: Environment): Look {
  if (!isTerminal(1)) {
    return { columns: widthOf({}, env), isColoured: false, hasBlocks: false };
  }
  const isDumb = env.TERM === 'dumb';
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return {
    columns: widthOf(process.stdout, env),
    // https://no-color.org: present and not empty.
    isColoured: !isDumb && !env.NO_COLOR,
    hasBlocks: !isDumb && /utf-?8/i.test(locale),
  };
}
