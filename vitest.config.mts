import { defineConfig } from 'vitest/config';

// Slow suites (`*.slow.test.ts`: kills, sieges, browsers in every state) have a command of their own:
// what belongs to every change stays under ten minutes.
const isSlow = process.env.SLOW_TESTS === '1';

export default defineConfig({
  test: {
    include: isSlow
      ? ['test/**/*.slow.test.ts', 'packages/*/test/**/*.slow.test.ts']
      : ['test/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
    exclude: isSlow ? ['**/node_modules/**'] : ['**/node_modules/**', '**/*.slow.test.ts'],
    globalSetup: ['packages/collector/test/support/build.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Two cores: more files at once only makes timings worse.
    maxWorkers: 2,
    pool: 'forks',
    // The second fails a run in which a test was skipped that test/skips.json does not list.
    reporters: ['default', './test/support/skip-reporter.ts'],
  },
});
