// What a scenario needs of the machine.

import { execFileSync } from 'node:child_process';
import type { Scenario } from './scenario';
import { which } from './tools';

/** The version of the make under test. */
export const version = Number(
  /GNU Make (\d+\.\d+)/.exec(
    execFileSync(process.env.TEST_MAKE ?? 'make', ['-v'], { encoding: 'utf8' }),
  )?.[1],
);

/** Why a scenario cannot be run here; '' when it can. */
export function reasonToSkip({ needs = [], since = 0, until = 99 }: Scenario): string {
  const missing = needs.find((command) => !which(command));
  if (missing) return ` [skipped: no ${missing}]`;
  return version < since || version > until ? ` [skipped: make ${version} has no such thing]` : '';
}
