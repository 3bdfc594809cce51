import { defineConfig } from 'vitest/config';

// The benchmark is TypeScript like the tests, so it is run like them; it is no test.
export default defineConfig({
  test: {
    include: ['bench/*.bench.ts'],
    testTimeout: 3_600_000,
    hookTimeout: 60_000,
    fileParallelism: false,
    disableConsoleIntercept: true,
    reporters: ['dot'],
  },
});
