import { defineConfig } from 'vitest/config'

// Clients that nobody here wrote, installed at pinned versions into folders of their own, against the
// real program: `npm run test:clients`.
export default defineConfig({
  test: {
    include: ['test/clients/**/*.test.ts'],
    globalSetup: 'test/clients/served.ts',
    // Reporting each by its name: what was not run is to be seen.
    reporters: ['verbose'],
    // Downloads and compilers the first time.
    testTimeout: 330_000,
    hookTimeout: 60_000,
    maxWorkers: '100%',
  },
})
