// A test that is skipped without a word would keep no promise: such a run fails (skip-reporter.ts).

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT, run } from './support/run';
import { readSkips } from './support/skip-reporter';

const TESTS = `
import { describe, it } from 'vitest';
it('is run', () => {});
describe('here', () => { it.skip('is not', () => {}); });
`;

describe('a run in which a test was skipped', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(ROOT, 'node_modules', '.skips-'));
    writeFileSync(join(folder, 'one.test.ts'), TESTS);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs those tests, with this list. */
  const runWith = (list: object[], env: Record<string, string> = {}, words: string[] = []) => {
    const path = join(folder, 'skips.json');
    writeFileSync(path, JSON.stringify(list));
    const reporter = join(ROOT, 'test/support/skip-reporter.ts');
    writeFileSync(
      join(folder, 'vitest.config.mjs'),
      `import Skips from ${JSON.stringify(reporter)};
       export default { test: { reporters: ['default', new Skips({ list: ${JSON.stringify(path)} })] } };`,
    );
    const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
    return run(process.execPath, [vitest, 'run', ...words], { cwd: folder, env });
  };
  const ALL = { tests: 'one.test.ts > here > is n*', reason: 'Because.' };

  it('fails, and says which test it was', async () => {
    const { status, stderr } = await runWith([]);
    expect(stderr).toContain('one.test.ts > here > is not\n');
    expect(status).toBe(1);
  });

  it('passes where the list has the test, and says why', async () => {
    const { status, stdout } = await runWith([{ ...ALL, condition: 'outside of .ci/run' }]);
    expect(stdout).toContain('Skipped, as listed: 1 (outside of .ci/run). Because.');
    expect(status).toBe(0);
  });

  it('fails where the condition does not hold', async () => {
    const listed = [{ ...ALL, condition: 'outside of .ci/run' }];
    const { status, stderr } = await runWith(listed, { EVERY_TEST: '1' });
    expect(stderr).toContain('one.test.ts > here > is not\n');
    expect(status).toBe(1);
  });

  it('blames the suite, where that failed before its tests were run', async () => {
    const suite = `
      import { beforeAll, describe, it } from 'vitest';
      describe('here', () => { beforeAll(() => { throw new Error('no'); }); it('is not', () => {}); });`;
    writeFileSync(join(folder, 'one.test.ts'), suite);
    const { status, stderr } = await runWith([]);
    expect(stderr).not.toContain('not listed');
    expect(status).toBe(1);
  });

  it('passes where only some were asked for', async () => {
    const { status } = await runWith([], {}, ['-t', 'is run']);
    expect(status).toBe(0);
  });

  it('fails where an entry has no reason, or a condition that nobody knows', () => {
    for (const entry of [
      { tests: '*', condition: 'outside of .ci/run' },
      { tests: '*', condition: 'on Sundays', reason: 'Because.' },
    ]) {
      const path = join(folder, 'skips.json');
      writeFileSync(path, JSON.stringify([entry]));
      expect(() => readSkips(path)).toThrow('needs tests, a reason, and a condition');
    }
  });
});

it('the list is one', () => {
  expect(readSkips(join(ROOT, 'test/skips.json')).length).toBeGreaterThan(0);
});
