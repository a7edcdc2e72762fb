import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PROGRAM, runCli } from '../cli-process.ts'

/** The protocol's own client, over the built program's standard input and output. */
const client = new Client({ name: 'test', version: '1.0.0' })
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'qw-mcp-'))
  writeFileSync(join(folder, '.git'), '')
  const env = { XDG_CONFIG_HOME: join(folder, 'config'), XDG_DATA_HOME: join(folder, 'data') }
  const lines = Array.from({ length: 500 }, (_, i) =>
    JSON.stringify({
      ts: new Date(Date.UTC(2026, 10, 23) + i * 60_000).toISOString(),
      level: i % 10 === 0 ? 'error' : 'info',
      ms: i,
      message: `request ${i} ${'x'.repeat(600)}`,
    }),
  )
  writeFileSync(join(folder, 'app.ndjson'), lines.join('\n'))
  const made = await runCli(
    ['init', '--target', 'local', '--data', 'files', '--from', 'app.ndjson', '-y'],
    {
      cwd: folder,
      env,
    },
  )
  expect(made.exitCode, made.stderr).toBe(0)
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [PROGRAM, 'mcp'],
    cwd: folder,
    env: { ...env, PATH: process.env['PATH'] ?? '' },
    stderr: 'ignore',
  })
  await client.connect(transport)
}, 60_000)

afterAll(async () => {
  await client.close()
  rmSync(folder, { recursive: true, force: true })
})

async function call(name: string, args: Record<string, unknown> = {}) {
  const { content, isError } = await client.callTool({ name, arguments: args })
  const [first] = content as { text: string }[]
  return { text: first?.text ?? '', isError: isError === true }
}

test('every tool says that it only reads', async () => {
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name)).toEqual([
    'list_indexes',
    'list_fields',
    'search',
    'aggregate',
  ])
  expect(tools.every(({ annotations }) => annotations?.readOnlyHint === true)).toBe(true)
})

test('indexes and their fields are listed with what can be done with them', async () => {
  const { text } = await call('list_indexes')
  expect(JSON.parse(text)).toMatchObject({ index: 'app', docs: 500 })
  const fields = (await call('list_fields')).text.split('\n').map((line) => JSON.parse(line))
  expect(fields[0]).toMatchObject({ timestamp_field: 'ts' })
  expect(fields).toContainEqual({
    field: 'ms',
    types: ['long'],
    searchable: true,
    aggregatable: true,
  })
})

test('a search answers how many there are, and the documents in the order asked for', async () => {
  const asked = { query: 'level:error', sort: 'ms', order: 'asc', limit: 2 }
  const lines = (await call('search', asked)).text.split('\n')
  expect(lines[0]).toBe('50 documents match; 2 follow.')
  expect(lines.slice(1).map((line) => JSON.parse(line).ms)).toEqual([0, 10])
  const bounded = await call('search', { since: '2026-11-23T08:00:00Z', limit: 0 })
  expect(bounded.text).toBe('20 documents match; 0 follow.')
})

test('aggregations come as Elasticsearch has them', async () => {
  const aggs = {
    levels: { terms: { field: 'level' }, aggs: { slowest: { max: { field: 'ms' } } } },
  }
  const lines = (await call('aggregate', { aggs })).text.split('\n')
  expect(JSON.parse(lines[1] ?? '').levels.buckets).toMatchObject([
    { key: 'info', doc_count: 450, slowest: { value: 499 } },
    { key: 'error', doc_count: 50, slowest: { value: 490 } },
  ])
})

test('an answer has an end, and says what was left out', async () => {
  const { text } = await call('search', { limit: 100 })
  expect(text.length).toBeLessThan(41_000)
  expect(text.split('\n').at(-1)).toMatch(/^… \d+ more did not fit into 40000 characters: /)
})

test('what is wrong with a call is an answer that says how to mend it', async () => {
  const syntax = await call('search', { query: 'level:' })
  expect(syntax.isError).toBe(true)
  expect(syntax.text).toContain('level:')
  const index = await call('search', { index: 'absent' })
  expect(index).toEqual({ isError: true, text: expect.stringContaining('absent') })
  expect((await call('search', { since: 'soon' })).text).toContain('Way out: write 15m (ago)')
  expect((await call('search', { limit: 1_000 })).isError).toBe(true)
})
