import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ObjectStore } from '../../src/engine/ports.ts'
import { prefixStore } from '../../src/stores/prefix-store.ts'
import { runCli, startCli } from '../cli-process.ts'
import { address, orderLines, ordersOf, ordersSchema, type Order } from '../killed-orders.ts'
import { KILLS, Killer } from '../killer.ts'
import { bytesOf, keysOf, strayKeys, TWO_DAYS_LATER, wordsFound } from '../remains.ts'
import { Desk, smallProject, tagBuckets } from './cli-desk.ts'
import { createBucket, openBucket } from './cloud.ts'

const NAME = 'shop-killed'
/** More than it takes: six processes are killed in each. */
const ROUNDS = { max: KILLS.bucket / 3, docsEach: 2_000 }
const SCHEMA = ordersSchema('{split_num_docs_target: 500, merge_policy: {type: no_merge}}')

let desk: Desk
let outputs: Record<string, string>
beforeAll(async () => {
  desk = new Desk()
  desk.write('qw-lambda.json', smallProject(NAME))
  const deployed = await desk.json('deploy', '--yes')
  outputs = deployed['outputs'] as Record<string, string>
})
afterAll(async () => {
  await tagBuckets(NAME, [outputs['index_bucket'] ?? '', outputs['staging_bucket'] ?? ''])
  await desk.run('teardown', '--confirm', NAME)
  desk.remove()
})

test(`over a bucket, ${KILLS.bucket} killed processes lose, double and leave nothing`, async () => {
  const killer = new Killer()
  const killedOnce = async (name: string, ...args: string[]): Promise<void> => {
    const start = () => startCli(args, { cwd: desk.folder, env: desk.env })
    await killer.killedOnce(name, start, async () => {
      const { exitCode, stderr } = await desk.run(...args)
      // What was killed when all was done already has nothing left to bring.
      const wasDone = name === 'reindex' && stderr.includes('has these documents of orders already')
      if (!wasDone) expect(exitCode, `${args.join(' ')}: ${stderr}`).toBe(0)
    })
  }
  const lake = await createBucket('lake')
  desk.write('orders.yaml', SCHEMA)
  await desk.json('index', 'create', '-f', 'orders.yaml')
  let alive: Order[] = []
  let round = 0
  for (; killer.killed < KILLS.bucket && round < ROUNDS.max; round++) {
    const file = `batch-${round}.ndjson`
    const orders = ordersOf(round, ROUNDS)
    desk.write(file, orderLines(orders))
    await killedOnce('ingest', 'ingest', file, '--index', 'orders', '--via', 'local')
    alive.push(...orders)
    const erase = ['delete-docs', `customer:${round}`, '--index', 'orders', '--confirm', 'orders']
    await killedOnce('erase', ...erase)
    alive = alive.filter(({ customer }) => customer !== round)
    await killedOnce('merge', 'index', 'merge', 'orders', '--target-docs', '3000')
    await killedOnce('gc', 'index', 'gc', 'orders', '--grace', '0s')
    expect(await counted('orders'), `after round ${round}`).toBe(alive.length)
    const prefix = `round-${round}/`
    await killedOnce('export', 'index', 'export', 'orders', '--to', `s3://${lake}/${prefix}`)
    expect(await exportedNumbers(openBucket(lake), prefix)).toEqual(alive.map(({ n }) => n))
    await killedOnce('reindex', 'index', 'reindex', 'orders', '--into', 'again', '--create')
    expect(await counted('again'), `after round ${round}`).toBe(alive.length)
    await desk.json('index', 'delete', 'again', '--confirm', 'again')
  }
  console.log(`${killer.killed} processes were killed in ${round} rounds`)
  const index = prefixStore(openBucket(outputs['index_bucket'] ?? ''), 'index/')
  const strays = await strayKeys(index)
  const later = { cwd: desk.folder, env: { ...desk.env, ...TWO_DAYS_LATER } }
  const cleaned = await runCli(['index', 'gc'], later)
  expect(cleaned.exitCode, cleaned.stderr).toBe(0)
  console.log(`${strays.length} objects of theirs were left`)
  expect(await strayKeys(index)).toEqual([])
  const erased = Array.from({ length: round }, (_, customer) => address(customer))
  expect(await wordsFound(index, [...erased, address(ROUNDS.max)])).toEqual([address(ROUNDS.max)])
  expect(killer.killed).toBeGreaterThanOrEqual(KILLS.bucket)
}, 600_000)

async function counted(index: string): Promise<number> {
  const args = ['search', '*', '--index', index, '--count', '--via', 'direct']
  const { stdout, stderr, exitCode } = await desk.run(...args)
  expect(exitCode, stderr).toBe(0)
  return Number(stdout)
}

async function exportedNumbers(lake: ObjectStore, prefix: string): Promise<number[]> {
  const keys = (await keysOf(lake, prefix)).filter((key) => key.endsWith('.ndjson'))
  const texts = await Promise.all(keys.map(async (key) => String(await bytesOf(lake, key))))
  const lines = texts.flatMap((text) => text.trimEnd().split('\n'))
  const numbers = lines.map((line) => (JSON.parse(line) as { readonly n: number }).n)
  return numbers.toSorted((a, b) => a - b)
}
