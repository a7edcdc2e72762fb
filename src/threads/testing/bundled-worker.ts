import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** The worker of splits as a build makes it, in a folder of the test. */
export async function bundledSplitWorker(folder: string): Promise<string> {
  return await bundled('../split-worker.ts', join(folder, 'split-worker.mjs'))
}

/** `two-threads.ts` as a program. */
export async function bundledTwoThreads(folder: string): Promise<string> {
  return await bundled('./two-threads.ts', join(folder, 'two-threads.mjs'))
}

async function bundled(path: string, outfile: string): Promise<string> {
  const entry = fileURLToPath(new URL(path, import.meta.url))
  // Packages in the older format ask for Node's own modules so.
  const js = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);"
  const options = { bundle: true, format: 'esm', platform: 'node', banner: { js } } as const
  await build({ entryPoints: [entry], outfile, ...options })
  return outfile
}

/** A worker that does as it is told. */
export async function scriptedWorker(folder: string, script: string): Promise<string> {
  const path = join(folder, `${script.length}-${script.replaceAll(/\W+/g, '').slice(0, 40)}.mjs`)
  await writeFile(path, `import { parentPort } from 'node:worker_threads'\n${script}`)
  return path
}
