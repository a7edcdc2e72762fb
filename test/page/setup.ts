import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { runCli, startCli } from '../cli-process.ts'
import { findChromium } from './chromium.ts'
import { hostileDocs } from './hostile-docs.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The browser; empty when this machine has none. */
    readonly chromium: string
    /** Where `serve` answers, without a slash at its end. */
    readonly served: string
    /** The project whose stack is served, for the command line beside it. */
    readonly project: string
    /** Where pictures go, to be looked at. */
    readonly screenshots: string
  }
}

let folder = ''
let screenshots = ''
let server: ChildProcessWithoutNullStreams | undefined

/** `serve` over the sample data and an index of hostile documents, and a browser, for all files. */
export async function setup(project: TestProject): Promise<void> {
  const chromium = findChromium()
  if (chromium === undefined) {
    console.warn(
      'test:page: no Chromium here, so nothing is tried. Install one (Debian: apt-get install chromium) or set CHROMIUM_PATH.',
    )
  }
  folder = await mkdtemp(join(tmpdir(), 'qw-page-'))
  screenshots = await mkdtemp(join(tmpdir(), 'qw-page-screenshots-'))
  project.provide('chromium', chromium ?? '')
  project.provide('project', folder)
  project.provide('screenshots', screenshots)
  project.provide('served', chromium === undefined ? '' : await serve())
}

async function serve(): Promise<string> {
  const options = { cwd: folder, env: { QWL_DATA_DIR: join(folder, 'data') } }
  const run = async (...args: string[]): Promise<void> => {
    const { exitCode, stderr } = await runCli(args, options)
    if (exitCode !== 0) throw new Error(stderr)
  }
  await writeFile(join(folder, 'hostile.ndjson'), hostileDocs())
  await run('init', '--target', 'local', '--name', 'page', '--data', 'sample', '-y')
  await run('ingest', 'hostile.ndjson', '--index', 'hostile', '--create', '-y')
  const started = startCli(['serve', '--port', '0', '--no-generator', '--log', 'none'], options)
  server = started
  return await new Promise<string>((resolve, reject) => {
    let said = ''
    started.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    started.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()))
    started.once('close', () => reject(new Error(`serve ended: ${said}`)))
  })
}

export async function teardown(): Promise<void> {
  if (server !== undefined) {
    const ended = new Promise((done) => server?.once('close', done))
    server.kill('SIGINT')
    await ended
    console.log(`screenshots: ${screenshots}`)
  }
  await rm(folder, { recursive: true, force: true })
}
