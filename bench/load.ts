import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { salesBatch } from '../src/functions/sales-batch.ts'
import { rowOf } from './measure.ts'
import type { BenchRow, BenchSection, PartResult, Unit } from './report.ts'

const BATCHES = 5
const BATCH_DOCS = 1_000

interface Load {
  readonly searches: number
  readonly ingests: number
  readonly seconds: number
}

/** Loaded before the server: the longest time that its event loop stood still, from the first signal on,
 *  and its peak memory, written at its end. */
const WATCH_LOOP = `
import { writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'
if (isMainThread) {
  const loop = monitorEventLoopDelay({ resolution: 5 })
  process.on('SIGUSR2', () => { loop.enable(); loop.reset() })
  process.on('exit', () => writeFileSync(process.env.BENCH_LOOP, JSON.stringify({
    maxMs: loop.max / 1e6, p99Ms: loop.percentile(99) / 1e6, peakBytes: process.resourceUsage().maxRSS * 1024,
  })))
}`

interface LoopReport {
  readonly maxMs: number
  readonly p99Ms: number
  readonly peakBytes: number
}

interface Question {
  readonly path: string
  readonly body?: Uint8Array
}

/** What clients ask for; numbers change, so that no answer is remembered. */
const QUESTIONS: readonly ((n: number) => Question)[] = [
  (n) => ({
    path: `search?query=quantity:>${n % 9}%20AND%20price:<${n % 97}&max_hits=10&sort_by=-ts`,
  }),
  (n) => ({ path: `search?query=price:[${n % 50}%20TO%20${(n % 50) + 5}]&max_hits=0` }),
  (n) => ({ path: `search?query=quantity:${n % 10}&max_hits=20&start_offset=${n % 100}` }),
  (n) => ({ path: 'search', body: Buffer.from(JSON.stringify(histogramAbove(n % 80))) }),
]

function histogramAbove(price: number): object {
  const aggs = { q: { avg: { field: 'quantity' } } }
  const histogram = { field: 'price', interval: 5 }
  return { query: `price:>${price}`, max_hits: 0, aggs: { prices: { histogram, aggs } } }
}

/** `serve` with 200 searches and 4 ingests at once, two minutes long; `searches=`, `ingests=` and
 *  `seconds=` make it another load. */
export async function benchLoad(
  root: string,
  settings: Readonly<Record<string, number>>,
): Promise<PartResult> {
  const load: Load = { searches: 200, ingests: 4, seconds: 120, ...settings }
  const folder = mkdtempSync(join(tmpdir(), 'qwl-load-'))
  const loopPath = join(folder, 'loop.json')
  const where = ['--data-dir', join(folder, 'data'), '--config', join(folder, 'qw-lambda.json')]
  const program = join(root, 'bin', 'qw-lambda.js')
  const cli = (...args: string[]): void => {
    const { status, stderr } = spawnSync(process.execPath, [program, ...args, ...where], {
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`)
  }
  try {
    cli('init', '--target', 'local', '--name', 'bench', '--data', 'sample', '-y')
    cli('generator', 'run', '--batches', String(BATCHES - 1))
    const preload = `data:text/javascript,${encodeURIComponent(WATCH_LOOP)}`
    const args = ['serve', '--port', '0', '--log', 'none', '--no-generator', ...where]
    const server = spawn(process.execPath, ['--import', preload, program, ...args], {
      cwd: folder,
      env: { ...process.env, BENCH_LOOP: loopPath },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const result = await askAll(server, load)
    server.kill('SIGINT')
    await once(server, 'exit')
    const loop = JSON.parse(readFileSync(loopPath, 'utf8')) as LoopReport
    for (const [reason, n] of result.errors) console.log(`  ${n} x ${reason}`)
    return { sections: [sectionOf(load, result, loop)] }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface LoadResult {
  /** Milliseconds of each search that was answered. */
  readonly searchMs: number[]
  readonly ingestMs: number[]
  readonly errors: Map<string, number>
  readonly sentDocs: number
  readonly foundDocs: number
}

async function askAll(
  server: ChildProcess,
  { searches, ingests, seconds }: Load,
): Promise<LoadResult> {
  if (server.stdout === null) throw new Error('no output of the server')
  const [line] = (await once(server.stdout, 'data')) as [Buffer]
  const base = `${line.toString().trim()}/api/v1/mock-sales`
  const agent = new Agent({ keepAlive: true, maxSockets: searches + ingests })
  const ask = (path: string, body?: Uint8Array): Promise<string> =>
    answerOf(agent, `${base}/${path}`, body)
  const before = await count(ask)
  server.kill('SIGUSR2')
  const result = {
    searchMs: [] as number[],
    ingestMs: [] as number[],
    errors: new Map<string, number>(),
  }
  const until = performance.now() + seconds * 1_000
  let asked = 0
  let sentDocs = 0
  const repeat = async (times: number[], once: () => Promise<unknown>): Promise<void> => {
    while (performance.now() < until) {
      const start = performance.now()
      try {
        await once()
        times.push(performance.now() - start)
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        result.errors.set(reason, (result.errors.get(reason) ?? 0) + 1)
        await sleep(10)
      }
    }
  }
  const search = (): Promise<string> => {
    const n = asked++
    const { path = '', body } = QUESTIONS[n % QUESTIONS.length]?.(n) ?? {}
    return ask(path, body)
  }
  const ingest = async (): Promise<void> => {
    const body = salesBatch({ seed: 1_000 + sentDocs, count: BATCH_DOCS, startMs: Date.now() })
    await ask('ingest', body)
    sentDocs += BATCH_DOCS
  }
  await Promise.all([
    ...Array.from({ length: searches }, () => repeat(result.searchMs, search)),
    ...Array.from({ length: ingests }, () => repeat(result.ingestMs, ingest)),
  ])
  // What waits for its commit is committed.
  await ask('../_elastic/mock-sales/_refresh')
  return { ...result, sentDocs, foundDocs: (await count(ask)) - before }
}

async function count(ask: (path: string) => Promise<string>): Promise<number> {
  const { num_hits } = JSON.parse(await ask('search?query=*&max_hits=0')) as { num_hits: number }
  return num_hits
}

/** The body of a 200; throws for anything else. */
async function answerOf(agent: Agent, url: string, body?: Uint8Array): Promise<string> {
  return await new Promise((resolve, reject) => {
    const type = { 'content-type': 'application/json' }
    const headers = body === undefined ? {} : { ...type, 'content-length': body.length }
    const method = body === undefined ? 'GET' : 'POST'
    const asked = request(url, { agent, method, headers }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('error', reject)
      answer.on('end', () => {
        const text = Buffer.concat(parts).toString()
        if (answer.statusCode === 200) resolve(text)
        else reject(new Error(`${answer.statusCode}: ${text.slice(0, 200)}`))
      })
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

function sectionOf(load: Load, result: LoadResult, loop: LoopReport): BenchSection {
  const quantile = (times: readonly number[], share: number): number =>
    times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? NaN
  const row = (id: string, measure: string, unit: Unit, value: number, must?: number): BenchRow =>
    rowOf({ id: `load-${id}`, measure, unit, ...(must !== undefined && { must }) }, value)
  const { searchMs, ingestMs, sentDocs, foundDocs } = result
  const errors = [...result.errors.values()].reduce((sum, n) => sum + n, 0)
  const { searches, ingests, seconds } = load
  return {
    title: `serve, ${searches} searches and ${ingests} ingests at once, ${seconds} s`,
    rows: [
      row('errors', 'requests that failed', 'count', errors, 0),
      row('lost', 'documents sent and not found', 'count', Math.abs(sentDocs - foundDocs), 0),
      row('sent', 'documents sent', 'count', sentDocs),
      { ...row('searches', 'searches', '/s', searchMs.length / seconds), better: 'more' },
      row('search', 'search, median', 'ms', quantile(searchMs, 0.5)),
      row('search-99', 'search, 99 of 100', 'ms', quantile(searchMs, 0.99)),
      row('ingest', 'ingest of 1,000 documents, median', 'ms', quantile(ingestMs, 0.5)),
      row('loop', 'longest stop of the event loop', 'ms', loop.maxMs, 100),
      row('loop-99', '99 of 100 turns of it', 'ms', loop.p99Ms),
      row('memory', 'peak memory', 'MB', loop.peakBytes / 1e6, 1_000),
    ],
  }
}
