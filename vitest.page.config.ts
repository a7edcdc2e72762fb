import { defineConfig } from 'vitest/config'

// The page in a headless Chromium, over the real `serve`: `npm run test:page`.
export default defineConfig({
  test: {
    include: ['test/page/**/*.test.ts'],
    globalSetup: 'test/page/setup.ts',
    // Reporting each by its name: what was not run is to be seen.
    reporters: ['verbose'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
    // A browser each, on two cores.
    maxWorkers: '100%',
  },
})
