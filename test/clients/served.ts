import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { runCli, startCli } from '../cli-process.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the Elasticsearch routes of the real program are. */
    readonly address: string
  }
}

let folder = ''
let server: ChildProcessWithoutNullStreams | undefined

/** The real program over a stack of its own, for all clients. */
export async function setup(project: TestProject): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'qw-clients-'))
  const options = { cwd: folder, env: { QWL_DATA_DIR: join(folder, 'data') } }
  const init = ['init', '--target', 'local', '--name', 'clients', '--data', 'empty', '-y']
  const made = await runCli(init, options)
  if (made.exitCode !== 0) throw new Error(made.stderr)
  server = startCli(['serve', '--port', '0', '--no-generator', '--log', 'none'], options)
  const started = server
  const url = await new Promise<string>((resolve, reject) => {
    let said = ''
    started.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    started.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()))
    started.once('close', () => reject(new Error(`serve ended: ${said}`)))
  })
  project.provide('address', `${url}/api/v1/_elastic`)
}

export async function teardown(): Promise<void> {
  const ended = new Promise((done) => server?.once('close', done))
  server?.kill('SIGINT')
  await ended
  await rm(folder, { recursive: true, force: true })
}
