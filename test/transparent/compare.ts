// What may differ between a run with the shim and one without it: nearly nothing, and exactly this.

import type { Scenario } from './scenario';
import type { Outcome } from './variants';

// The outer make's own word about a command that failed. make 3.81 to 4.1 do not name the line;
// 4.0 and 4.1 say it in two lines, the first on stdout, and complain when stdout is closed.
const OUTER = /^\S*(?:make|gm): \*\*\* \[(?:\.onramp\/analytics\.mk:\d+: )?[^\n]*\] Error 2\r?\n/gm;
const OUTER_4_0 = /^\.onramp\/analytics\.mk:\d+: recipe for target '[^\n]*' failed\r?\n/gm;
const WRITE_ERROR_4_0 = /^make: write error: stdout\n/gm;

/** Every text that is `text` without at most `count` of the outer make's lines. */
function withoutOuter(text: string, count: number, version: number): string[] {
  const isOld = version === 4 || version === 4.1;
  const texts = new Set([text]);
  for (const pattern of isOld ? [OUTER, OUTER_4_0, WRITE_ERROR_4_0] : [OUTER]) {
    for (let i = 0; i < count; i++) {
      for (const one of [...texts]) {
        for (const { 0: line, index } of one.matchAll(pattern)) {
          texts.add(one.slice(0, index) + one.slice(index + line.length));
        }
      }
    }
  }
  return [...texts];
}

/** What differs from run to run: the job server's pipe, its fifo, make's lock for -O, the terminal. */
function withoutIds(text: string): string {
  return text
    .replace(/(--jobserver-(?:auth|fds)=)\d+,\d+/g, '$1R,W')
    .replace(/fifo:[^ \]\n]*GMfifo\d+/g, 'fifo:GMfifo')
    .replace(/--sync-mutex=fnm:[^ \]\n]*\/Gm\w+/g, '--sync-mutex=fnm:Gm')
    .replace(/\/dev\/pts\/\d+/g, '/dev/pts/N');
}

const sortLines = (text: string) => text.split('\n').sort().join('\n');

/** Lines of make's data base that are of this project's makefiles, or dates, counts and sizes. */
const OUR_ENTRY =
  /analytics|ONRAMP_ANALYTICS_INNER|GNUmakefile|^MAKEFILE_LIST |^\.SHELLSTATUS |^\.VARIABLES |^endef$|^# .*(current buf|\d{4}$|\d files|implicit rules|hash-table|strcache|strings|Load=|Rehash=)/;

/** make's data base as a set of lines; its order is that of a hash table. */
function databaseEntries(text: string): string {
  const lines = new Set(text.split('\n').filter((line) => !OUR_ENTRY.test(line)));
  return [...lines].sort().join('\n');
}

/** The lines that only one of two texts has: `-` without the shim, `+` with it. */
function diff(without: string, withIt: string): string {
  const only = (sign: string, text: string, other: string) => {
    const rest = other.split('\n');
    return text
      .split('\n')
      .filter((line) => !rest.includes(line) || !rest.splice(rest.indexOf(line), 1))
      .map((line) => `${sign} ${line}`);
  };
  const lines = [...only('-', without, withIt), ...only('+', withIt, without)];
  return lines.length > 0 ? lines.join('\n') : `the same lines in another order:\n${withIt}`;
}

/** A text for each thing in which two outcomes differ, beyond what may differ. */
export function differences(
  scenario: Scenario,
  base: Outcome,
  other: Outcome,
  version: number,
): string[] {
  const found: string[] = [];
  for (const part of ['end', 'stdout', 'stderr', 'files'] as const) {
    const plain = (text: string) => {
      const same = withoutIds(text).replace(scenario.forgiven ?? /$^/, '');
      if (part === 'stdout' && scenario.database) return databaseEntries(same);
      if (part !== 'files' && scenario.anyOrder) return sortLines(same);
      return same;
    };
    // A terminal, and `both 2>&1`, put the outer make's line elsewhere than on stderr.
    const texts =
      part === 'end' ? [other.end] : withoutOuter(other[part], scenario.fails ?? 1, version);
    const wanted = plain(base[part]);
    if (texts.some((text) => plain(text) === wanted)) continue;
    found.push(`${part}\n${diff(wanted, plain(other[part]))}`);
  }
  return found;
}
