import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { BareClient } from './bare-client.ts'
import { SALES } from './bench-index.ts'
import { sampleOf } from './measure.ts'
import type { BenchContext } from './parts.ts'
import type { PartResult } from './report.ts'
import { servedSearches } from './served-searches.ts'
import { ensureWholeIndexes, STACK, whereIs } from './whole-index.ts'

const RUNS = 7
const REQUESTS = 100
const WARM_UPS = 300

/** One request after the other to a real `serve`: what a client waits for besides the search itself. */
export async function benchHttp(context: BenchContext): Promise<PartResult> {
  await ensureWholeIndexes(context)
  const server = serve(context)
  let client: BareClient | undefined
  try {
    const endpoint = await addressOf(server)
    const opened = (client = await BareClient.open(endpoint))
    let asked = 0
    // A new price each time, so that no answer is remembered.
    const ask = () =>
      exchange(opened, `/api/v1/${SALES.indexId}/search?max_hits=10&query=${words(asked++)}`)
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
        await servedSearches(endpoint, context),
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
    client?.close()
    server.kill('SIGINT')
    if (server.exitCode === null) await once(server, 'exit')
  }
}

function words(n: number): string {
  return encodeURIComponent(`description:animal AND price:>${n / 100}`)
}

function serve(context: BenchContext): ChildProcess {
  const { program, nodeArgs } = context
  const options = ['--port', '0', '--log', 'none', '--no-generator', '--quiet', '--stack', STACK]
  const args = [join(program, 'bin', 'qw-lambda.js'), 'serve', ...options, ...whereIs(context)]
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

async function exchange(client: BareClient, path: string): Promise<Exchange> {
  const start = performance.now()
  const body = await client.get(path)
  const roundTripMs = performance.now() - start
  const { elapsed_time_micros } = JSON.parse(body.toString()) as { elapsed_time_micros: number }
  const insideMs = elapsed_time_micros / 1_000
  return { insideMs, overMs: roundTripMs - insideMs }
}
