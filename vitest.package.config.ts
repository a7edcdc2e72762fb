import { defineConfig } from 'vitest/config'

// What a newcomer gets: the packed file, installed without network into an empty folder, and every
// command of it: `npm run test:package`.
export default defineConfig({
  test: {
    include: ['test/package/**/*.test.ts'],
    globalSetup: 'test/package/setup.ts',
    reporters: ['verbose'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: '100%',
  },
})
