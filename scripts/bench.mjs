// Bundles bench/main.ts and runs it: what it takes stands in bench/options.ts and bench/parts.ts.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import './setup.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { build } = await import('esbuild')
const outdir = join(root, 'node_modules', '.cache', 'bench')
mkdirSync(outdir, { recursive: true })
const args = process.argv.slice(2)
const program = args.includes('--profile') ? readableProgram() : root
await bundle(root, outdir)
const other = args[args.indexOf('--against') + 1]
if (args.includes('--against') && other !== undefined) {
  await bundleOf(resolve(process.env.INIT_CWD ?? '.', other))
}
const main = [join(outdir, 'main.mjs'), root, program, ...args]
process.exit(spawnSync(process.execPath, main, { stdio: 'inherit' }).status ?? 1)

/** This benchmark over the sources of another checkout, which is made ready first. */
async function bundleOf(checkout) {
  const setup = join(checkout, 'scripts', 'setup.mjs')
  if (!existsSync(setup)) {
    console.error(`${checkout} is no checkout of this repository: it has no scripts/setup.mjs`)
    process.exit(1)
  }
  execFileSync(process.execPath, [setup], { stdio: ['ignore', 2, 2] })
  await bundle(checkout, join(outdir, 'against')).catch(() => {
    console.error(`The benchmark of this checkout does not fit the sources in ${checkout}`)
    process.exit(1)
  })
}

/** The benchmark's processes, with the engine of `checkout`. */
async function bundle(checkout, folder) {
  const sources = join(root, 'src')
  const engine = {
    name: 'engine',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
        const below = relative(sources, resolve(resolveDir, path))
        return below.startsWith('..') ? undefined : { path: join(checkout, 'src', below) }
      })
    },
  }
  await build({
    entryPoints: [
      'main',
      'part-process',
      'fingerprint-process',
      'index-once',
      'merge-once',
      'peers/ours-process',
      'peers/minisearch-process',
    ]
      .map((name) => join(root, 'bench', `${name}.ts`))
      // Looked for beside what starts it.
      .concat(join(checkout, 'src', 'threads', 'split-worker.ts')),
    entryNames: '[name]',
    bundle: true,
    platform: 'node',
    format: 'esm',
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    logLevel: 'error',
    // It looks for its own files.
    external: ['playwright-core'],
    // Bundled CommonJS packages ask for Node's own modules through `require`.
    banner: {
      js: "import{createRequire as qwRequire}from'node:module';const require=qwRequire(import.meta.url);",
    },
    plugins: checkout === root ? [] : [engine],
  })
}

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
