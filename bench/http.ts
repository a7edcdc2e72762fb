import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { join } from 'node:path'
import { SALES } from './bench-index.ts'
import { sampleOf } from './measure.ts'
import type { BenchContext } from './parts.ts'
import type { PartResult } from './report.ts'
import { ensureWholeIndexes, STACK, whereIs } from './whole-index.ts'

const RUNS = 7
const REQUESTS = 100
const WARM_UPS = 300

/** One request after the other to a real `serve`: what a client waits for besides the search itself. */
export async function benchHttp(context: BenchContext): Promise<PartResult> {
  await ensureWholeIndexes(context)
  const server = serve(context)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  try {
    const base = await addressOf(server)
    let asked = 0
    // A new price each time, so that no answer is remembered.
    const ask = () =>
      exchange(agent, `${base}/api/v1/${SALES.indexId}/search?max_hits=10&query=${words(asked++)}`)
    for (let i = 0; i < WARM_UPS; i++) await ask()
    const runs: Exchange[] = []
    for (let run = 0; run < RUNS; run++) {
      const exchanges: Exchange[] = []
      for (let i = 0; i < REQUESTS; i++) exchanges.push(await ask())
      const middle = (pick: (each: Exchange) => number): number =>
        sampleOf(exchanges.map(pick)).value
      runs.push({
        insideMs: middle((each) => each.insideMs),
        overMs: middle((each) => each.overMs),
      })
    }
    return {
      sections: [
        {
          title: `${RUNS * REQUESTS} searches with 10 hits over HTTP, one after the other`,
          rows: [
            {
              id: 'http-over',
              measure: 'round trip over the time inside the server',
              unit: 'ms',
              ...sampleOf(runs.map((run) => run.overMs)),
              must: 1,
              aim: 0.5,
            },
            {
              id: 'http-inside',
              measure: 'inside the server, as it says',
              unit: 'ms',
              ...sampleOf(runs.map((run) => run.insideMs)),
            },
          ],
        },
      ],
    }
  } finally {
    agent.destroy()
    server.kill('SIGINT')
    if (server.exitCode === null) await once(server, 'exit')
  }
}

function words(n: number): string {
  return encodeURIComponent(`description:animal AND price:>${n / 100}`)
}

function serve({ program, cache, nodeArgs }: BenchContext): ChildProcess {
  const options = ['--port', '0', '--log', 'none', '--no-generator', '--quiet', '--stack', STACK]
  const args = [join(program, 'bin', 'qw-lambda.js'), 'serve', ...options, ...whereIs(cache)]
  return spawn(process.execPath, [...nodeArgs, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
}

async function addressOf(server: ChildProcess): Promise<string> {
  return await new Promise((resolve, reject) => {
    server.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()))
    server.once('exit', () => reject(new Error('serve ended')))
  })
}

interface Exchange {
  readonly insideMs: number
  readonly overMs: number
}

async function exchange(agent: Agent, url: string): Promise<Exchange> {
  const start = performance.now()
  const { status, text } = await answerTo(agent, url)
  const roundTripMs = performance.now() - start
  if (status !== 200) throw new Error(`${url}: ${status} ${text.slice(0, 200)}`)
  const { elapsed_time_micros } = JSON.parse(text) as { elapsed_time_micros: number }
  const insideMs = elapsed_time_micros / 1_000
  return { insideMs, overMs: roundTripMs - insideMs }
}

async function answerTo(agent: Agent, url: string): Promise<{ status: number; text: string }> {
  return await new Promise((resolve, reject) => {
    get(url, { agent }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('error', reject)
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString() })
      })
    }).on('error', reject)
  })
}
