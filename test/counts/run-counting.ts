import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'

/** Nothing is optimised away, nor collected before it is counted. */
const ALL_STAYS = [
  '--no-opt',
  '--no-maglev',
  '--expose-gc',
  '--min-semi-space-size=1024',
  '--max-semi-space-size=1024',
]

/** What the script of this folder prints as JSON, in a process that keeps all garbage. */
export async function runCounting<T>(name: string, ...args: readonly string[]): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'qw-counts-'))
  const script = join(folder, `${name}.mjs`)
  try {
    await build({
      entryPoints: [join(import.meta.dirname, `${name}.ts`)],
      outfile: script,
      bundle: true,
      platform: 'node',
      format: 'esm',
      // Bundled CommonJS packages ask for Node's own modules through `require`.
      banner: {
        js: "import{createRequire as qwRequire}from'node:module';const require=qwRequire(import.meta.url);",
      },
    })
    const command = [...ALL_STAYS, script, ...args]
    const { stdout } = await promisify(execFile)(process.execPath, command)
    return JSON.parse(stdout) as T
  } finally {
    await rm(folder, { recursive: true })
  }
}
