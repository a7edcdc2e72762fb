import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { seededFractions } from '../../src/stores/testing/seeded-fractions.ts'
import { finished, runCli, startCli } from '../cli-process.ts'

const DOCS = 60_000
const KILLS = 30
const SCHEMA = `version: 0.9
index_id: orders
doc_mapping:
  field_mappings:
    - {name: ts, type: datetime, fast: true, input_formats: [unix_timestamp]}
    - {name: id, type: u64, fast: true}
  timestamp_field: ts
indexing_settings: {split_num_docs_target: 2000, merge_policy: {type: no_merge}}
`

test(`an export killed at ${KILLS} random moments and run again has every document once`, async () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
  console.log(`seed ${seed} (replay with SEED=${seed})`)
  const fraction = seededFractions(seed)
  const folder = await mkdtemp(join(tmpdir(), 'qwl-kill-export-'))
  const ok = async (...args: string[]): Promise<string> => {
    const result = await runCli([...args, '--data-dir', join(folder, 'data')], { cwd: folder })
    expect(result, result.stderr).toMatchObject({ exitCode: 0 })
    return result.stdout
  }
  await writeFile(join(folder, 'orders.yaml'), SCHEMA)
  const lines = Array.from(
    { length: DOCS },
    (_, i) => `{"ts":${1_700_000_000 + i},"id":${i},"note":"order ${i}"}`,
  )
  await writeFile(join(folder, 'orders.ndjson'), lines.join('\n'))
  const set = ['--target', 'local', '--name', 'shop', '--data', 'empty', '--schema', 'orders.yaml']
  await ok('init', ...set, '-y')
  await ok('ingest', 'orders.ndjson', '--index', 'orders')
  const startedMs = Date.now()
  await ok('index', 'export', 'orders', '--to', 'whole/')
  const wholeMs = Date.now() - startedMs
  let [killed, finishedRuns] = [0, 0]
  const parts = join(folder, 'parts')
  const args = ['index', 'export', 'orders', '--to', 'parts/', '--data-dir', join(folder, 'data')]
  for (let i = 0; i < KILLS; i++) {
    const child = startCli(args, { cwd: folder })
    const ended = finished(child)
    await Promise.race([ended, sleep(fraction() * wholeMs)])
    if (child.exitCode === null) {
      child.kill('SIGKILL')
      killed++
    }
    await ended
    const names = await readdir(parts).catch(() => [])
    // A part that has its name is whole, whatever was cut off.
    for (const name of names.filter((each) => each.endsWith('.ndjson'))) {
      expect((await readFile(join(parts, name), 'utf8')).endsWith('}\n'), name).toBe(true)
    }
    if (child.exitCode === 0) {
      finishedRuns++
      await expectAll(parts, lines)
      await rm(parts, { recursive: true })
    }
  }
  console.log(`${killed} of ${KILLS} runs were killed, ${finishedRuns} came to an end`)
  expect(killed).toBeGreaterThan(KILLS / 4)
  await ok('index', 'export', 'orders', '--to', 'parts/')
  await expectAll(parts, lines)
  await rm(folder, { recursive: true, force: true })
})

async function expectAll(parts: string, lines: readonly string[]): Promise<void> {
  const names = (await readdir(parts)).filter((name) => name.endsWith('.ndjson'))
  const texts = await Promise.all(names.map((name) => readFile(join(parts, name), 'utf8')))
  const found = texts.flatMap((text) => text.trimEnd().split('\n'))
  expect(found.toSorted()).toEqual(lines.toSorted())
}
