import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCli, startCli } from '../cli-process.ts'
import { KILLS, Killer } from '../killer.ts'

const DOCS = 60_000
const SCHEMA = `version: 0.9
index_id: orders
doc_mapping:
  field_mappings:
    - {name: ts, type: datetime, fast: true, input_formats: [unix_timestamp]}
    - {name: id, type: u64, fast: true}
  timestamp_field: ts
indexing_settings: {split_num_docs_target: 2000, merge_policy: {type: no_merge}}
`

test(`an export killed at ${KILLS.export} random moments and run again has every document once`, async () => {
  const killer = new Killer()
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
  await killer.whole('export', () => ok('index', 'export', 'orders', '--to', 'whole/'))
  let [runs, finishedRuns] = [0, 0]
  const parts = join(folder, 'parts')
  const args = ['index', 'export', 'orders', '--to', 'parts/', '--data-dir', join(folder, 'data')]
  for (; killer.killed < KILLS.export && runs < 3 * KILLS.export; runs++) {
    const { exitCode } = await killer.kill('export', () => startCli(args, { cwd: folder }))
    const names = await readdir(parts).catch(() => [])
    // A part that has its name is whole, whatever was cut off.
    for (const name of names.filter((each) => each.endsWith('.ndjson'))) {
      expect((await readFile(join(parts, name), 'utf8')).endsWith('}\n'), name).toBe(true)
    }
    if (exitCode === 0) {
      finishedRuns++
      await expectAll(parts, lines)
      await rm(parts, { recursive: true })
    }
  }
  console.log(`${killer.killed} of ${runs} runs were killed, ${finishedRuns} came to an end`)
  expect(killer.killed).toBe(KILLS.export)
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
