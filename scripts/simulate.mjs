// Bundles test/simulation/main.ts and runs it: docs/CONTRIBUTING.md says how.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const outfile = join(root, 'node_modules', '.cache', 'simulation', `main-${process.pid}.mjs`)
const { build } = await import('esbuild')
await build({
  entryPoints: [join(root, 'test', 'simulation', 'main.ts')],
  bundle: true,
  platform: 'node',
  format: 'esm',
  outfile,
  logLevel: 'error',
  sourcemap: 'inline',
  // Bundled CommonJS packages ask for Node's own modules through `require`.
  banner: {
    js: "import{createRequire as qwRequire}from'node:module';const require=qwRequire(import.meta.url);",
  },
})
const args = ['--enable-source-maps', outfile, ...process.argv.slice(2)]
process.exit(spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1)
