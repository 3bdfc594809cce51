import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
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
