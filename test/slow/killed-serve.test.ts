import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { folderStore } from '../../src/stores/folder-store.ts'
import { finished, runCli, startCli } from '../cli-process.ts'
import { address, ordersSchema } from '../killed-orders.ts'
import { KILLS, Killer } from '../killer.ts'
import { strayKeys, TWO_DAYS_LATER, wordsFound } from '../remains.ts'

const SCHEMA = ordersSchema(
  '{commit_timeout_secs: 1, merge_policy: {type: stable_log, merge_factor: 3, max_merge_factor: 3, min_level_num_docs: 1000}}',
)
const DOCS_PER_BATCH = 50
/** Clients at once: the first waits until what it sent can be searched, the others until it is kept. */
const COMMITS = ['force', 'auto', 'auto']
const PAUSE_MS = 20
/** From the address of a server to its end. */
const ALIVE_MS_MAX = 1_500

interface Batch {
  readonly customer: number
  readonly numbers: readonly number[]
  /** Undefined: the server was killed before it answered. */
  wasTaken: true | undefined
}

test(`a server killed ${KILLS.serve} times amid documents, erasures and merges loses, doubles and leaves nothing`, async () => {
  const killer = new Killer()
  const folder = await mkdtemp(join(tmpdir(), 'qwl-kill-serve-'))
  const options = { cwd: folder, env: { HOME: folder, QWL_DATA_DIR: join(folder, 'data') } }
  const run = async (args: readonly string[], env = {}): Promise<void> => {
    const result = await runCli(args, { ...options, env: { ...options.env, ...env } })
    expect(result, `${args.join(' ')}: ${result.stderr}`).toMatchObject({ exitCode: 0 })
  }
  await writeFile(join(folder, 'orders.yaml'), SCHEMA)
  const init = ['init', '--target', 'local', '--name', 'shop', '--data', 'empty', '-y']
  await run([...init, '--schema', 'orders.yaml'])
  const batches: Batch[] = []
  const erased = new Set<number>()
  let next = 0
  while (killer.killed < KILLS.serve) {
    const server = startCli(['serve', '--port', '0', '--no-generator', '--log', 'none'], options)
    const ended = finished(server)
    const url = await new Promise<string>((resolve, reject) => {
      server.stdout.once('data', (text: string) => resolve(text.trim()))
      server.on('close', () => reject(new Error('the server ended by itself')))
    })
    const customers = [2 * killer.killed, 2 * killer.killed + 1]
    const lane = async (commit: string): Promise<void> => {
      for (;;) {
        const numbers = Array.from({ length: DOCS_PER_BATCH }, () => next++)
        const customer = customers[batches.length % 2] ?? 0
        const batch: Batch = { customer, numbers, wasTaken: undefined }
        batches.push(batch)
        const docs = numbers.map((n) => JSON.stringify({ n, customer, address: address(customer) }))
        await send(`${url}/api/v1/orders/ingest?commit=${commit}`, docs.join('\n'))
        batch.wasTaken = true
        await sleep(PAUSE_MS)
      }
    }
    const erasing = async (): Promise<void> => {
      // Of the server before.
      const customer = 2 * killer.killed - 2
      if (customer < 0) return
      erased.add(customer)
      await send(`${url}/api/v1/orders/delete-tasks`, `{"query":"customer:${customer}"}`)
    }
    const clients = [erasing(), ...COMMITS.map(lane)]
    const all = Promise.allSettled(clients)
    await sleep(killer.fraction() * ALIVE_MS_MAX)
    server.kill('SIGKILL')
    expect(await ended).toMatchObject({ exitCode: null })
    killer.killed++
    await all
  }
  await expectAll()
  await rm(folder, { recursive: true, force: true })

  /** What was sent and not answered comes from the server's own notes, after an erasure of the time. */
  async function expectAll(): Promise<void> {
    const last = startCli(['serve', '--port', '0', '--no-generator', '--log', 'none'], options)
    const ended = finished(last)
    await new Promise((resolve) => last.stdout.once('data', resolve))
    last.kill('SIGINT')
    expect(await ended).toMatchObject({ exitCode: 0 })
    for (const customer of erased) {
      await run(['delete-docs', `customer:${customer}`, '--index', 'orders', '--confirm', 'orders'])
    }
    await run(['index', 'merge', 'orders'])
    await run(['index', 'gc'], TWO_DAYS_LATER)
    await run(['index', 'export', 'orders', '--to', 'all.ndjson'])
    const lines = (await readFile(join(folder, 'all.ndjson'), 'utf8')).trimEnd().split('\n')
    const found = lines.map((line) => (JSON.parse(line) as { readonly n: number }).n)
    const seen = new Set(found)
    const isSeen = ({ numbers }: Batch): boolean => seen.has(numbers[0] ?? -1)
    const kept = batches.filter(({ customer }) => !erased.has(customer))
    const taken = kept.filter(({ wasTaken }) => wasTaken)
    console.log(`${killer.killed} servers were killed, ${taken.length} batches had been answered`)
    expect(taken.filter((batch) => !isSeen(batch))).toEqual([])
    const numbers = kept.filter(isSeen).flatMap((batch) => batch.numbers)
    expect(found.toSorted((a, b) => a - b)).toEqual(numbers)
    const index = folderStore({ root: join(folder, 'data', 'shop', 'index-bucket', 'index') })
    expect(await strayKeys(index)).toEqual([])
    const [here] = taken
    if (here === undefined) throw new Error('no batch was answered')
    const words = [...erased, here.customer].map(address)
    expect(await wordsFound(index, words)).toEqual([address(here.customer)])
  }
})

async function send(url: string, body: string): Promise<void> {
  const response = await fetch(url, { method: 'POST', body })
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`)
  await response.text()
}
