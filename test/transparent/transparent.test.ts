// Nobody notices: whatever people do with make, it is byte for byte the same with the shim there,
// off or on, and with everything about it broken. docs/transparency.md has the few exceptions.

import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differences } from './compare';
import { reasonToSkip, version } from './needs';
import type { Scenario } from './scenario';
import { SCENARIOS } from './scenarios';
import { makeTools } from './tools';
import {
  type Installed,
  installOnce,
  type Outcome,
  removeFolder,
  runScenario,
  VARIANTS,
} from './variants';

// A signal to a whole group is a race inside of make itself: with or without the shim it says either
// that its child was interrupted or that it has none (`wait: No child processes`). So these are
// repeated until what is seen with the shim was also seen without it. Some makes lose nearly every
// time (and with the shim there are two of them); then what they said about it is left out.
const ATTEMPTS = 10;
const isRace = ({ signal, typed }: Scenario) => signal !== undefined || typed === '\x03';
const LOST = 'wait: No child processes';
const OF_THE_RACE =
  /^[^\n]*\*\*\* (wait: No child|Waiting for unf|Deleting|\[[^\n]*\] ?(Error 2|[A-Z]))[^\n]*\n/gm;

/** An outcome without what depends on who won the race. */
function withoutRace({ stdout, stderr, isTracked }: Outcome): Outcome {
  const plain = (text: string) => text.replace(OF_THE_RACE, '');
  return { stdout: plain(stdout), stderr: plain(stderr), end: 'signal', files: '', isTracked };
}

/** The outcomes, in which a lost race is left out where either side has lost it. */
function forgiveRace(seen: ReadonlyMap<string, readonly Outcome[]>) {
  const isLost = ({ stdout, stderr }: Outcome) => (stdout + stderr).includes(LOST);
  if (![...seen.values()].flat().some(isLost)) return seen;
  return new Map([...seen].map(([name, outcomes]) => [name, outcomes.map(withoutRace)]));
}

/** What differs between the runs with the shim and all of their baseline's: '' when nothing does. */
function compare(scenario: Scenario, seen: ReadonlyMap<string, readonly Outcome[]>): string {
  const found = new Map<string, string[]>(); // The difference → where it was seen.
  for (const { name, baseline } of VARIANTS) {
    if (!baseline) continue;
    const pairs = seen
      .get(name)!
      .flatMap((outcome) =>
        seen.get(baseline)!.map((base) => differences(scenario, base, outcome, version).join('\n')),
      );
    if (pairs.includes('')) continue;
    found.set(pairs[0]!, [...(found.get(pairs[0]!) ?? []), name]);
  }
  return [...found].map(([what, where]) => `${where.join(' · ')}: ${what}`).join('\n\n');
}

describe('the command behaves as if the shim were not there', () => {
  let base: string;
  let installed: Installed;
  const places: string[] = []; // Folders of the last runs.

  beforeAll(async () => {
    base = mkdtempSync(join(tmpdir(), 'onramp-'));
    chmodSync(base, 0o755);
    installed = await installOnce(base);
    for (const [index, { withoutNode }] of VARIANTS.entries()) {
      makeTools(join(base, `v${index}`, 'tools'), !withoutNode);
    }
  });
  afterAll(() => removeFolder(base), 120_000);

  /** Runs a scenario under every variant, at the same time. */
  async function runAll(scenario: Scenario, attempt: number): Promise<Map<string, Outcome>> {
    const name = `${SCENARIOS.indexOf(scenario)}.${attempt}`;
    await Promise.all(places.splice(0).map(removeFolder)); // By now their shims are done.
    const outcomes = await Promise.all(
      VARIANTS.map(async (variant, index) => {
        const place = join(base, `v${index}`, name);
        mkdirSync(place);
        const tools = join(base, `v${index}`, 'tools');
        const outcome = await runScenario(scenario, variant, { place, tools, installed });
        // The folders of the variants differ in this one digit, and show in outputs.
        const plain = (text: string) =>
          text.replaceAll(join(base, `v${index}/`), join(base, 'v0/'));
        places.push(place);
        const { stdout, stderr, files } = outcome;
        return { ...outcome, stdout: plain(stdout), stderr: plain(stderr), files: plain(files) };
      }),
    );
    return new Map(VARIANTS.map(({ name }, index) => [name, outcomes[index]!]));
  }

  for (const scenario of SCENARIOS) {
    const skipped = reasonToSkip(scenario);
    it.skipIf(skipped)(`${scenario.name}: ${scenario.run}${skipped}`, async () => {
      const seen = new Map<string, Outcome[]>(VARIANTS.map(({ name }) => [name, []]));
      let report = '';
      for (let attempt = 1; attempt <= (isRace(scenario) ? ATTEMPTS : 1); attempt++) {
        for (const [name, outcome] of await runAll(scenario, attempt))
          seen.get(name)!.push(outcome);
        report = compare(scenario, seen);
        if (!report) break;
      }
      if (report && isRace(scenario)) report = compare(scenario, forgiveRace(seen));
      expect(report).toBe('');
      if (typeof scenario.untracked === 'string') return; // It depends on the machine.
      // Otherwise this would have compared nothing with nothing.
      const tracked = VARIANTS.filter(({ name }) => seen.get(name)![0]!.isTracked);
      const expected = scenario.untracked ? [] : ['on', 'on, broken bundle'];
      expect(tracked.map(({ name }) => name)).toEqual(expected);
    });
  }
});
