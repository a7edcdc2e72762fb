import { defineConfig } from 'tsup'

// Everything is bundled: `npx qw-lambda` installs one package and no other, and starts from few
// files. Dynamic imports stay chunks of their own, so that a command loads only what it uses.
export default defineConfig({
  entry: {
    'cli/main': 'src/cli/main.ts',
    engine: 'src/engine-library.ts',
    'local/stack-worker': 'src/local/stack-worker.ts',
    'threads/split-worker': 'src/threads/split-worker.ts',
  },
  format: 'esm',
  platform: 'node',
  target: 'node20',
  outDir: 'dist',
  splitting: true,
  minify: false,
  clean: true,
  // Read and removed by scripts/write-licenses.mjs.
  metafile: true,
  noExternal: [/.*/],
  esbuildOptions(options) {
    // A CommonJS package that is imported dynamically loses the names of its exports.
    options.mainFields = ['module', 'main']
  },
  // Bundled CommonJS packages ask for Node's own modules through `require`.
  banner: {
    js: "import{createRequire as qwRequire}from'node:module';const require=qwRequire(import.meta.url);",
  },
})
