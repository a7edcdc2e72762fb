// Bundles bench/main.ts and runs it: what it takes stands in bench/options.ts and bench/parts.ts.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import './setup.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { build } = await import('esbuild')
const outdir = join(root, 'node_modules', '.cache', 'bench')
mkdirSync(outdir, { recursive: true })
await build({
  entryPoints: [
    'main',
    'part-process',
    'index-once',
    'merge-once',
    'peers/ours-process',
    'peers/minisearch-process',
    // Looked for beside what starts it.
    '../src/threads/split-worker',
  ].map((name) => join(root, 'bench', `${name}.ts`)),
  entryNames: '[name]',
  bundle: true,
  platform: 'node',
  format: 'esm',
  outdir,
  outExtension: { '.js': '.mjs' },
  logLevel: 'error',
  // It looks for its own files.
  external: ['playwright-core'],
  // Bundled CommonJS packages ask for Node's own modules through `require`.
  banner: {
    js: "import{createRequire as qwRequire}from'node:module';const require=qwRequire(import.meta.url);",
  },
})
const program = process.argv.includes('--profile') ? readableProgram() : root
const args = [join(outdir, 'main.mjs'), root, program, ...process.argv.slice(2)]
process.exit(spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1)

/** The program in a folder of its own, with the names of its functions: a profile shows them. */
function readableProgram() {
  const folder = join(outdir, 'program')
  for (const name of ['bin', 'templates', 'package.json', 'dist/page']) {
    cpSync(join(root, name), join(folder, name), { recursive: true })
  }
  const tsup = join(root, 'node_modules', 'tsup', 'dist', 'cli-default.js')
  const options = ['--no-minify', '--no-clean', '--silent', '--out-dir', join(folder, 'dist')]
  execFileSync(process.execPath, [tsup, ...options], { cwd: root, stdio: ['ignore', 2, 2] })
  return folder
}
