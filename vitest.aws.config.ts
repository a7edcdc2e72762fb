import { defineConfig } from 'vitest/config'

// The suite over an AWS emulator and the shipped zips: `npm run test:aws`.
export default defineConfig({
  test: {
    include: ['test/aws/**/*.test.ts'],
    globalSetup: 'test/aws/setup.ts',
    testTimeout: 60_000,
    hookTimeout: 180_000,
    // One emulator and one set of functions for all files, on two cores.
    fileParallelism: false,
  },
})
