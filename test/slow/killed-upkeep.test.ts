import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { seededFractions } from '../../src/stores/testing/seeded-fractions.ts'
import { finished, runCli, startCli } from '../cli-process.ts'

const SCHEMA = `version: 0.9
index_id: orders
doc_mapping:
  field_mappings:
    - {name: n, type: u64, fast: true}
    - {name: customer, type: text, tokenizer: raw, fast: true}
indexing_settings: {split_num_docs_target: 500, merge_policy: {type: no_merge}}
`
const ROUNDS = 23
const DOCS_PER_ROUND = 4_000
const CUSTOMERS = ROUNDS + 1

/** Customers go round, so that every batch has documents of the next one to be erased. */
function batch(round: number): string {
  return Array.from({ length: DOCS_PER_ROUND }, (_, i) => {
    const n = round * DOCS_PER_ROUND + i
    return JSON.stringify({ n, customer: `customer-${n % CUSTOMERS}` })
  }).join('\n')
}

test(`ingest, erasure, merge and clean-up killed ${4 * ROUNDS} times lose, double and bring back nothing`, async () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
  console.log(`seed ${seed} (replay with SEED=${seed})`)
  const fraction = seededFractions(seed)
  const folder = await mkdtemp(join(tmpdir(), 'qwl-kill-upkeep-'))
  const options = { cwd: folder, env: { HOME: folder, QWL_DATA_DIR: join(folder, 'data') } }
  const run = async (args: readonly string[]): Promise<string> => {
    const result = await runCli(args, options)
    expect(result, `${args.join(' ')}: ${result.stderr}`).toMatchObject({ exitCode: 0 })
    return result.stdout
  }
  const counted = async (query: string): Promise<number> =>
    Number(await run(['search', query, '--index', 'orders', '--count']))
  const took = new Map<string, number>()
  let killed = 0
  /** Cut off once at a random moment, then run again to its end, as a person does. */
  const killedOnce = async (name: string, args: readonly string[]): Promise<string> => {
    const child = startCli(args, options)
    const ended = finished(child)
    await Promise.race([ended, sleep(fraction() * (took.get(name) ?? 600))])
    if (child.exitCode === null) {
      child.kill('SIGKILL')
      killed++
    }
    await ended
    const startedMs = Date.now()
    const output = await run(args)
    took.set(name, Date.now() - startedMs)
    return output
  }
  await writeFile(join(folder, 'orders.yaml'), SCHEMA)
  await run(['init', '--target', 'local', '--data', 'empty', '--schema', 'orders.yaml', '-y'])
  const alive = new Set<number>()
  let mergedCount = 0
  let deletedCount = 0
  for (let round = 0; round < ROUNDS; round++) {
    const file = `batch-${round}.ndjson`
    await writeFile(join(folder, file), batch(round))
    await killedOnce('ingest', ['ingest', file, '--index', 'orders'])
    for (let i = 0; i < DOCS_PER_ROUND; i++) alive.add(round * DOCS_PER_ROUND + i)
    const erase = ['delete-docs', `customer:customer-${round}`, '--index', 'orders']
    await killedOnce('erase', [...erase, '--confirm', 'orders'])
    for (const n of alive) if (n % CUSTOMERS === round) alive.delete(n)
    const merge = ['index', 'merge', 'orders', '--target-docs', '3000', '--json']
    const merged = JSON.parse(await killedOnce('merge', merge)) as { readonly merges: number }
    mergedCount += merged.merges
    const gc = ['index', 'gc', 'orders', '--grace', '0s', '--json']
    const cleaned = JSON.parse(await killedOnce('gc', gc)) as {
      readonly indexes: readonly { readonly splits_deleted: number }[]
    }
    deletedCount += cleaned.indexes[0]?.splits_deleted ?? 0
    expect(await counted('*'), `after round ${round}`).toBe(alive.size)
    expect(await counted(`customer:customer-${round}`)).toBe(0)
  }
  console.log(`${killed} of ${4 * ROUNDS} runs were killed`)
  expect(killed).toBeGreaterThan(ROUNDS)
  expect(mergedCount, 'merges').toBeGreaterThan(0)
  expect(deletedCount, 'splits deleted by gc').toBeGreaterThan(0)
  const sum = await run(['search', '*', '--index', 'orders', '--stats', 'n', '--json'])
  expect(JSON.parse(sum)).toMatchObject({
    aggregations: { n: { count: alive.size, sum: [...alive].reduce((total, n) => total + n, 0) } },
  })
  await rm(folder, { recursive: true, force: true })
}, 600_000)
