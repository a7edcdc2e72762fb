import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { finished, runCli, startCli, type ProcessResult } from '../cli-process.ts'

const schema = (...fields: readonly string[]): string => `version: 0.9
index_id: orders
doc_mapping:
  mode: strict
  field_mappings:
${fields.map((field) => `    - ${field}`).join('\n')}
`
const N = '{name: n, type: u64, fast: true}'
const OLD = '{name: old, type: text, tokenizer: raw, fast: true}'
const FRESH = '{name: fresh, type: text, tokenizer: raw, fast: true}'

let folder: string
let url: string
let stop: () => Promise<ProcessResult>
const options = () => ({
  cwd: folder,
  env: { HOME: folder, QWL_DATA_DIR: join(folder, 'data') },
})

async function cli(...args: string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await runCli(args, options())
  expect(exitCode, stderr).toBe(0)
  return stdout
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qwl-update-'))
  await writeFile(join(folder, 'before.yaml'), schema(N, OLD))
  await writeFile(join(folder, 'after.yaml'), schema(N, FRESH))
  const init = ['init', '--target', 'local', '--name', 'shop', '--data', 'empty', '-y']
  await cli(...init, '--schema', 'before.yaml')
  const server = startCli(['serve', '--port', '0', '--no-generator', '--log', 'none'], options())
  const ended = finished(server)
  stop = () => {
    server.kill('SIGINT')
    return ended
  }
  url = await new Promise<string>((resolve) => {
    server.stdout.once('data', (text: string) => resolve(text.trim()))
  })
}, 60_000)
afterAll(async () => {
  expect(await stop()).toMatchObject({ exitCode: 0 })
  await rm(folder, { recursive: true, force: true })
})

async function send(doc: object): Promise<unknown> {
  const body = JSON.stringify(doc)
  const path = `${url}/api/v1/orders/ingest?commit=force`
  return await (await fetch(path, { method: 'POST', body })).json()
}

async function found(query: string): Promise<number> {
  const path = `${url}/api/v1/orders/search?query=${encodeURIComponent(query)}`
  return ((await (await fetch(path)).json()) as { num_hits: number }).num_hits
}

test('a server goes by a config that index update changes beside it, from the next document on', async () => {
  const before = { num_ingested_docs: 1, num_rejected_docs: 0 }
  expect(await send({ n: 1, old: 'x' })).toMatchObject(before)
  expect(await send({ n: 2, fresh: 'y' })).toMatchObject({ num_rejected_docs: 1 })
  await cli('index', 'update', '-f', 'after.yaml')
  expect(await send({ n: 3, fresh: 'y' })).toMatchObject(before)
  expect(await send({ n: 4, old: 'x' })).toMatchObject({ num_rejected_docs: 1 })
  expect([await found('fresh:y'), await found('*')]).toEqual([1, 2])
})

test('what was taken out is listed, and found, as long as documents have it', async () => {
  const { fields } = JSON.parse(await cli('fields', 'orders', '--json')) as {
    fields: readonly { readonly name: string }[]
  }
  expect(fields.map(({ name }) => name).toSorted()).toEqual(['fresh', 'n', 'old'])
  const caps = await fetch(`${url}/api/v1/_elastic/orders/_field_caps?fields=*`)
  expect(Object.keys(((await caps.json()) as { fields: object }).fields).toSorted()).toEqual([
    'fresh',
    'n',
    'old',
  ])
  expect(await found('old:x')).toBe(1)
  expect(await cli('search', 'old:x', '--index', 'orders', '--count')).toBe('1\n')
})
