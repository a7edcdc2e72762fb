import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { shippedConfigText } from '../../src/engine/schema/shipped-configs.ts'
import { repeated } from '../measure.ts'
import type { Asked, Peer, PeerSet } from './peer.ts'
import { askQuickwit, checked } from './quickwit-rest.ts'
import { folderBytes } from './folder-bytes.ts'

const START_MS = 60_000
const POLL_MS = 100

/** `program`: where its binary lies; undefined: nobody said. */
export function quickwitPeer(program: string | undefined): Peer {
  return {
    name: 'Quickwit',
    howToGet: 'download a release of Quickwit and give its binary: --quickwit PATH',
    manner: 'its own server and clock, all cores, without its caches of results; our index configs',
    async find() {
      if (program === undefined) return undefined
      const version = execFileSync(program, ['--version'], { encoding: 'utf8' }).trim()
      return {
        version: version.replace(/^quickwit\s+/i, ''),
        async index(set, folder) {
          await withServer(program, folder, async (endpoint) => await createIndex(endpoint, set))
          const start = performance.now()
          const cpuMs = await ingest(program, folder, set)
          const wholeMs = performance.now() - start
          const bytes = folderBytes(join(indexesOf(folder), set.indexId))
          return { docs: set.docs, searchableMs: wholeMs, wholeMs, cpuMs, bytes }
        },
        async ask({ indexId }, folder, { questions, runs, warmUps, leastMs }) {
          return await withServer(program, folder, async (endpoint) => {
            const asked: Asked[] = []
            for (const question of questions) {
              const ask = async (): ReturnType<typeof askQuickwit> =>
                await askQuickwit(endpoint, indexId, question)
              const { answer } = await ask()
              const time = async (): Promise<number> => (await ask()).elapsedMs
              await repeated(time, warmUps, leastMs)
              const timesMs = await repeated(time, runs, leastMs)
              asked.push({ answer, timesMs })
            }
            return asked
          })
        },
      }
    },
  }
}

async function createIndex(endpoint: string, { indexId }: PeerSet): Promise<void> {
  await checked(`${endpoint}/api/v1/indexes`, {
    method: 'POST',
    headers: { 'content-type': 'application/yaml' },
    body: shippedConfigText(indexId) ?? '',
  })
}

/** Without a server, which would hold other splits back; returns the CPU time of all threads, ms. */
async function ingest(
  program: string,
  folder: string,
  { indexId, file }: PeerSet,
): Promise<number> {
  const args = ['tool', 'local-ingest', '--index', indexId, '--input-path', file]
  const timed = `TIMEFORMAT='%U %S'; time "$0" "$@" >&2 2>ingest.log`
  const child = spawn('bash', ['-c', timed, program, ...args, '--config', configOf(folder)], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  if (code !== 0)
    throw new Error(`quickwit ${args.join(' ')} ended with exit code ${code}: ${said}`)
  const [user = NaN, system = NaN] = (said.trim().split('\n').at(-1) ?? '').split(' ').map(Number)
  return (user + system) * 1_000
}

async function withServer<T>(
  program: string,
  folder: string,
  work: (endpoint: string) => Promise<T>,
): Promise<T> {
  const port = await freePort()
  writeConfig(folder, port)
  const child = spawn(program, ['run', '--config', configOf(folder)], {
    cwd: folder,
    env: { ...process.env, QW_DISABLE_TELEMETRY: '1' },
    stdio: 'ignore',
  })
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  const endpoint = `http://127.0.0.1:${port}`
  try {
    await whenReady(child, `${endpoint}/health/readyz`)
    return await work(endpoint)
  } finally {
    child.kill('SIGINT')
    await ended
  }
}

async function whenReady(child: ChildProcess, url: string): Promise<void> {
  const until = performance.now() + START_MS
  while (performance.now() < until) {
    const isReady = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isReady) return
    if (child.exitCode !== null) {
      throw new Error(`Quickwit ended with exit code ${child.exitCode} before it was ready`)
    }
    await pause(POLL_MS)
  }
  throw new Error(`Quickwit was not ready within ${START_MS / 1_000} s at ${url}`)
}

/** It listens on this one and on the next. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function indexesOf(folder: string): string {
  return join(folder, 'data', 'indexes')
}

function configOf(folder: string): string {
  return join(folder, 'quickwit.yaml')
}

function writeConfig(folder: string, port: number): void {
  const data = join(folder, 'data')
  mkdirSync(data, { recursive: true })
  // A repeated question has to be computed again.
  const config = {
    version: '0.8',
    node_id: 'bench',
    listen_address: '127.0.0.1',
    rest: { listen_port: port },
    data_dir: data,
    searcher: { partial_request_cache_capacity: '0' },
  }
  writeFileSync(configOf(folder), JSON.stringify(config))
}
