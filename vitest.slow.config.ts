import { defineConfig } from 'vitest/config'

// Processes that are killed, long random runs: minutes, not seconds.
export default defineConfig({
  test: {
    include: [
      'test/slow/**/*.test.ts',
      'test/differential/**/*.test.ts',
      'test/inference/**/*.test.ts',
      'test/simulation/**/*.test.ts',
    ],
    testTimeout: 20 * 60_000,
    // Each file is one process at work, or several that are waited for.
    maxWorkers: 2,
  },
})
