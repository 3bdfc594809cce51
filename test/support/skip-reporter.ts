// Says which tests were skipped, and fails the run for each that test/skips.json does not list.
//
// An entry of that list names tests (`file > suite > test`, `*` for anything), the condition under
// which they may be skipped, one of those below, and the reason, for people. A test that is skipped
// where its condition does not hold fails the run as well: a browser that is missing is one thing on
// somebody's laptop, and another in .ci/run, which installs it.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Reporter, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node';

/** When a test may be skipped. `EVERY_TEST` is set by .ci/run. */
const CONDITIONS: Readonly<Record<string, () => boolean>> = {
  'outside of .ci/run': () => process.env.EVERY_TEST !== '1',
  'not Linux': () => process.platform !== 'linux',
  // The title says which: those tests exist once for older and once for newer versions of make.
  'another version of make': () => true,
};

/** An entry of the list. */
export interface Skip {
  readonly tests: string;
  readonly condition: string;
  readonly reason: string;
}

const LIST = 'test/skips.json';

/** Reads the list. @throws where an entry says too little, or names a condition that is none. */
export function readSkips(path: string): Skip[] {
  const list = JSON.parse(readFileSync(path, 'utf8')) as Partial<Skip>[];
  return list.map(({ tests = '', condition = '', reason = '' }) => {
    if (tests && reason && Object.hasOwn(CONDITIONS, condition))
      return { tests, condition, reason };
    const known = Object.keys(CONDITIONS).join('; ');
    throw new Error(`${path}: "${tests}" needs tests, a reason, and a condition of: ${known}.`);
  });
}

const matches = (name: string, pattern: string) => {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(name);
};

/** The entry that lets a test be skipped here and now; undefined where there is none. */
export const allowing = (name: string, skips: readonly Skip[]): Skip | undefined =>
  skips.find(({ tests, condition }) => matches(name, tests) && CONDITIONS[condition]!());

const nameOf = (test: TestCase) => `${test.module.relativeModuleId} > ${test.fullName}`;

/** Whether a test was not run because a suite around it failed: that fails the run by itself. */
function isCutOff({ parent }: { parent: TestSuite | TestModule }): boolean {
  if (parent.errors().length > 0) return true;
  return parent.type === 'suite' && isCutOff(parent);
}

/** The reporter. `list` is for its own test. */
export default class SkipReporter implements Reporter {
  #path: string;
  #isPart = false;

  constructor({ list = LIST }: { list?: string } = {}) {
    this.#path = resolve(import.meta.dirname, '../..', list);
  }

  onInit(vitest: Vitest): void {
    // `-t` skips all tests but some: that is what it is for.
    this.#isPart = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (this.#isPart) return;
    const skips = readSkips(this.#path);
    const listed = new Map<Skip, number>();
    const others: string[] = [];
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        if (isCutOff(test)) continue;
        const name = nameOf(test);
        const skip = allowing(name, skips);
        if (skip) listed.set(skip, (listed.get(skip) ?? 0) + 1);
        else others.push(name);
      }
    }
    for (const [{ condition, reason }, count] of listed) {
      console.log(`Skipped, as listed: ${count} (${condition}). ${reason}`);
    }
    if (others.length === 0) return;
    process.exitCode = 1;
    console.error(`\nSkipped, and not listed in ${LIST} for this place:`);
    for (const name of others) console.error(`  ${name}`);
    console.error('A test that is not run keeps no promise: run it, or list it with its reason.\n');
  }
}
