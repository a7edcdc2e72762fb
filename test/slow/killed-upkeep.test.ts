import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderStore } from '../../src/stores/folder-store.ts'
import { runCli, startCli } from '../cli-process.ts'
import { address, orderLines, ordersOf, ordersSchema, type Order } from '../killed-orders.ts'
import { KILLS, Killer } from '../killer.ts'
import { strayKeys, TWO_DAYS_LATER, wordsFound } from '../remains.ts'

const SCHEMA = ordersSchema('{split_num_docs_target: 500, merge_policy: {type: no_merge}}')
/** More than it takes: four processes are killed in each. */
const ROUNDS = { max: KILLS.upkeep / 2, docsEach: 4_000 }

test(`ingest, erasure, merge and clean-up killed ${KILLS.upkeep} times lose, double and bring back nothing`, async () => {
  const killer = new Killer()
  const folder = await mkdtemp(join(tmpdir(), 'qwl-kill-upkeep-'))
  const options = { cwd: folder, env: { HOME: folder, QWL_DATA_DIR: join(folder, 'data') } }
  const run = async (args: readonly string[], env = {}): Promise<string> => {
    const result = await runCli(args, { ...options, env: { ...options.env, ...env } })
    expect(result, `${args.join(' ')}: ${result.stderr}`).toMatchObject({ exitCode: 0 })
    return result.stdout
  }
  const counted = async (query: string): Promise<number> =>
    Number(await run(['search', query, '--index', 'orders', '--count']))
  const killedOnce = (name: string, args: readonly string[]): Promise<string> =>
    killer.killedOnce(
      name,
      () => startCli(args, options),
      () => run(args),
    )
  await writeFile(join(folder, 'orders.yaml'), SCHEMA)
  const init = ['init', '--target', 'local', '--name', 'shop', '--data', 'empty', '-y']
  await run([...init, '--schema', 'orders.yaml'])
  let alive: Order[] = []
  let mergedCount = 0
  let deletedCount = 0
  let round = 0
  for (; killer.killed < KILLS.upkeep && round < ROUNDS.max; round++) {
    const file = `batch-${round}.ndjson`
    const orders = ordersOf(round, ROUNDS)
    await writeFile(join(folder, file), orderLines(orders))
    await killedOnce('ingest', ['ingest', file, '--index', 'orders'])
    alive.push(...orders)
    const erase = ['delete-docs', `customer:${round}`, '--index', 'orders']
    await killedOnce('erase', [...erase, '--confirm', 'orders'])
    alive = alive.filter(({ customer }) => customer !== round)
    const merge = ['index', 'merge', 'orders', '--target-docs', '3000', '--json']
    const merged = JSON.parse(await killedOnce('merge', merge)) as { readonly merges: number }
    mergedCount += merged.merges
    const gc = ['index', 'gc', 'orders', '--grace', '0s', '--json']
    const cleaned = JSON.parse(await killedOnce('gc', gc)) as {
      readonly indexes: readonly { readonly splits_deleted: number }[]
    }
    deletedCount += cleaned.indexes[0]?.splits_deleted ?? 0
    expect(await counted('*'), `after round ${round}`).toBe(alive.length)
  }
  console.log(`${killer.killed} processes were killed in ${round} rounds`)
  expect(killer.killed).toBeGreaterThanOrEqual(KILLS.upkeep)
  expect(mergedCount, 'merges').toBeGreaterThan(0)
  expect(deletedCount, 'splits deleted by gc').toBeGreaterThan(0)
  const index = folderStore({ root: join(folder, 'data', 'shop', 'index-bucket', 'index') })
  const strays = await strayKeys(index)
  await run(['index', 'gc'], TWO_DAYS_LATER)
  console.log(`${strays.length} objects of theirs were left`)
  expect(await strayKeys(index)).toEqual([])
  const erased = Array.from({ length: round }, (_, customer) => address(customer))
  expect(await wordsFound(index, [...erased, address(ROUNDS.max)])).toEqual([address(ROUNDS.max)])
  const sum = await run(['search', '*', '--index', 'orders', '--stats', 'n', '--json'])
  expect(JSON.parse(sum)).toMatchObject({
    aggregations: { n: { count: alive.length, sum: alive.reduce((total, { n }) => total + n, 0) } },
  })
  await rm(folder, { recursive: true, force: true })
}, 600_000)
