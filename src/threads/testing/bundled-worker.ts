import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** The worker of splits as a build makes it, in a folder of the test. */
export async function bundledSplitWorker(folder: string): Promise<string> {
  const outfile = join(folder, 'split-worker.mjs')
  const entry = fileURLToPath(new URL('../split-worker.ts', import.meta.url))
  await build({ entryPoints: [entry], outfile, bundle: true, format: 'esm', platform: 'node' })
  return outfile
}

/** A worker that does as it is told. */
export async function scriptedWorker(folder: string, script: string): Promise<string> {
  const path = join(folder, `${script.length}-${script.replaceAll(/\W+/g, '').slice(0, 40)}.mjs`)
  await writeFile(path, `import { parentPort } from 'node:worker_threads'\n${script}`)
  return path
}
