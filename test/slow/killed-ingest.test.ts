import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { finished, runCli, startCli } from '../cli-process.ts'
import { KILLS, Killer } from '../killer.ts'

const SCHEMA = `version: 0.9
index_id: orders
doc_mapping:
  field_mappings:
    - {name: ts, type: datetime, fast: true, input_formats: [unix_timestamp]}
    - {name: quantity, type: u64, fast: true}
    - {name: note, type: text}
  timestamp_field: ts
indexing_settings: {split_num_docs_target: 5000}
`
const DOCS = 40_000

function orders(): string {
  return Array.from({ length: DOCS }, (_, i) =>
    JSON.stringify({ ts: 1_700_000_000 + i, quantity: i % 10, note: `order number ${i} of many` }),
  ).join('\n')
}

async function setUp(): Promise<{ folder: string; where: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'qwl-kill-'))
  const where = ['--data-dir', join(folder, 'data')]
  await writeFile(join(folder, 'orders.yaml'), SCHEMA)
  await writeFile(join(folder, 'orders.ndjson'), orders())
  const created = await runCli(
    [
      'init',
      '--target',
      'local',
      '--name',
      'shop',
      '--data',
      'empty',
      '--schema',
      'orders.yaml',
      '-y',
      ...where,
    ],
    { cwd: folder },
  )
  expect(created, created.stderr).toMatchObject({ exitCode: 0 })
  return { folder, where }
}

async function count(folder: string, where: readonly string[], query: string): Promise<number> {
  const result = await runCli(['search', query, '--count', ...where], { cwd: folder })
  expect(result, result.stderr).toMatchObject({ exitCode: 0 })
  return Number(result.stdout)
}

test(`ingest killed at ${KILLS.ingest} random moments and run again counts every document once`, async () => {
  const killer = new Killer()
  const { folder, where } = await setUp()
  const args = ['ingest', 'orders.ndjson', '--index', 'orders', ...where]
  const ok = async (...words: string[]): Promise<void> => {
    const result = await runCli(words, { cwd: folder })
    expect(result, result.stderr).toMatchObject({ exitCode: 0 })
  }
  const clear = () => ok('index', 'clear', 'orders', '--confirm', 'orders', ...where)
  await killer.whole('ingest', () => ok(...args))
  await clear()
  let runs = 0
  for (; killer.killed < KILLS.ingest && runs < 3 * KILLS.ingest; runs++) {
    await killer.kill('ingest', () => startCli(args, { cwd: folder }))
    // Never more than there is, and never a broken index, whatever was cut off.
    const seen = await count(folder, where, '*')
    expect(seen % 5_000 === 0 && seen <= DOCS, `${seen} documents after run ${runs}`).toBe(true)
    // All of it is in: begin again with an index that has none of it.
    if (seen === DOCS) await clear()
  }
  console.log(`${killer.killed} of ${runs} runs were killed`)
  expect(killer.killed).toBe(KILLS.ingest)
  await ok(...args)
  expect(await count(folder, where, '*')).toBe(DOCS)
  expect(await count(folder, where, 'quantity:3')).toBe(DOCS / 10)
  await rm(folder, { recursive: true, force: true })
})

test('two ingests and a looping search at once: counts exact, no search fails', async () => {
  const { folder, where } = await setUp()
  await writeFile(join(folder, 'more.ndjson'), orders())
  const writers = ['orders.ndjson', 'more.ndjson'].map((file) =>
    finished(startCli(['ingest', file, '--index', 'orders', ...where], { cwd: folder })),
  )
  let running = true
  const all = Promise.all(writers).finally(() => (running = false))
  let searches = 0
  let most = 0
  while (running) {
    const seen = await count(folder, where, 'note:order')
    expect(seen).toBeGreaterThanOrEqual(most)
    most = seen
    searches++
  }
  for (const writer of await all) expect(writer, writer.stderr).toMatchObject({ exitCode: 0 })
  expect(searches).toBeGreaterThan(2)
  expect(await count(folder, where, '*')).toBe(2 * DOCS)
  expect(await count(folder, where, 'quantity:>5')).toBe(2 * DOCS * 0.4)
  await rm(folder, { recursive: true, force: true })
})

test('Ctrl-C in the middle of an ingest leaves the index readable and the next run completes it', async () => {
  const { folder, where } = await setUp()
  const args = ['ingest', 'orders.ndjson', '--index', 'orders', ...where]
  for (const delayMs of [100, 250, 400, 600]) {
    const child = startCli(args, { cwd: folder })
    const ended = finished(child)
    await Promise.race([ended, sleep(delayMs)])
    if (child.exitCode === null) child.kill('SIGINT')
    const { exitCode, stderr } = await ended
    // Null: the signal came before the program was there to hear it.
    expect([0, 130, null], stderr).toContain(exitCode)
    expect((await count(folder, where, '*')) % 5_000).toBe(0)
  }
  const last = await runCli(args, { cwd: folder })
  expect(last, last.stderr).toMatchObject({ exitCode: 0 })
  expect(await count(folder, where, '*')).toBe(DOCS)
  await rm(folder, { recursive: true, force: true })
})
