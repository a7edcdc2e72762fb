import { defineConfig } from 'vitest/config'

// One project for what stands beside its file and one for what spans rooms; `.ci/run` adds the
// slow suites and those that download, which are named so that `npm test` never waits for them.
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: [
      'test/slow/**',
      'test/simulation/**',
      'test/aws/**',
      'test/clients/**',
      'test/page/**',
      'test/package/**',
      '**/node_modules/**',
    ],
    setupFiles: ['test/property-seed.ts'],
    // By default one core is left idle: half of the machine where there are two.
    maxWorkers: '100%',
    testTimeout: 30_000,
  },
})
