// A great deal of everything: what the system still takes must still work.

import { type Result, run } from '../test/support/run';
import { hugeEnvironment } from './environments';
import { bothHosts, removeHosts, untilQuiet } from './hosts';
import { commandsRecorded } from './journal';
import { round } from './measure';
import { rows } from './table';

type Env = Record<string, string>;

const ENVIRONMENT = 1_200_000;
/** Each of 100 letters, 500 KiB together. */
const GOALS = Array.from({ length: 5_120 }, (_, n) => `goal-${n}-`.padEnd(99, 'x'));

const LARGE: readonly [string, Env, readonly string[]][] = [
  ['1.2 MB of environment', hugeEnvironment(ENVIRONMENT), ['hello', 'X=1']],
  ['500 KiB of goals', {}, GOALS],
  ['500 KiB of goals, 1.2 MB of environment', hugeEnvironment(ENVIRONMENT), GOALS],
];

const same = (one: Result, other: Result) =>
  (['status', 'signal', 'stdout', 'stderr'] as const).filter((part) => one[part] !== other[part]);

export async function large(env: Env): Promise<void> {
  // `env` must be able to start: what the recipe sees counts as well.
  const makefile = 'hello: ; @echo hello $(X); env | wc -c\ngoal-%: ; @:\n';
  for (const [what, variables, words] of LARGE) {
    const { host, bare } = await bothHosts(makefile);
    await host.shim(['enable']);
    const settings = { ...variables, ...env };
    const results: Result[] = [];
    for (const { root } of [bare, host]) {
      // The folder has another name, of the same length, and is in the environment once.
      results.push(await run('make', [...words], { cwd: root, env: { ...settings, PWD: root } }));
    }
    const [theirs, ours] = results as [Result, Result];
    const differs = same(ours, theirs);
    await untilQuiet(host);
    const recorded = commandsRecorded(host).length;
    const theirStatus = theirs.status === 0 ? '' : `; without us: exit status ${theirs.status}`;
    rows.push({
      about: 'large',
      what: `make, on, with ${what}`,
      must: 'works as without us',
      reached: `${differs.length === 0 ? 'the same exit status and output' : `another ${differs.join(', ')}`}${theirStatus}; ${Math.round(ours.wallMs)} against ${Math.round(theirs.wallMs)} ms; ${recorded} command(s) recorded`,
      holds: differs.length === 0 && theirs.status === 0,
      figures: { oursMs: round(ours.wallMs), theirsMs: round(theirs.wallMs), recorded },
    });
    await removeHosts(bare, host);
  }
}
