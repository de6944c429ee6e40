import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/assembly-dir.ts'],
    env: { POWERTOOLS_LOG_LEVEL: 'SILENT' },
    // Most of the time tests wait for something to happen.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
