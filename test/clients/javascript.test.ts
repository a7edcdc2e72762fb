import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { isJsonObject, parseJson } from '../../src/engine/bytes/json.ts'
import { hasTool, npmPackages, output, PROGRAMS } from './toolchain.ts'

const address = inject('address')
const CLIENTS = [
  ['@elastic/elasticsearch', '7.17.14', 'elastic-7'],
  ['@elastic/elasticsearch', '8.19.2', 'elastic-8'],
  ['@elastic/elasticsearch', '9.4.3', 'elastic-9'],
  ['@opensearch-project/opensearch', '3.9.0', 'opensearch-3'],
] as const

describe.skipIf(!(await hasTool('npm')))('from npm', () => {
  test.each(CLIENTS)('%s %s does what its README shows', async (name, version, folder) => {
    const installed = await npmPackages(folder, [`${name}@${version}`])
    const args = [join(PROGRAMS, 'javascript.cjs'), installed, name, address, `books-${folder}`]
    const seen = parseJson(await output(process.execPath, args))
    const unsupported = { status: 501, type: 'unsupported_operation_exception' }
    expect(seen).toMatchObject({
      ping: true,
      'exists before': false,
      create: { acknowledged: true },
      'exists after': true,
      index: { result: 'created' },
      refresh: { _shards: { failed: 0 } },
      search: { hits: { total: { value: 1 }, hits: [{ _source: { tag: 'quote', n: -1 } }] } },
      get: { ...unsupported, reason: expect.stringContaining('_search') as string },
      update: unsupported,
      'missing index': { status: 404, type: 'index_not_found_exception' },
      'bulk helper': { total: 120, successful: 120, failed: 0 },
      'scroll helper': 120,
      'msearch helper': [{ title: 'Winter is coming' }],
      paging: 120,
      fieldCaps: { fields: { tag: { keyword: { aggregatable: true } } } },
      health: { status: 'green' },
      cat: [{ 'docs.count': '121' }],
      delete: { acknowledged: true },
    })
    expect(isJsonObject(seen) && seen['search helper']).toHaveLength(3)
  })

  test('elasticdump 6.125.1 reads an index and writes it again, mapping and documents', async () => {
    const dump = join(await npmPackages('elasticdump', ['elasticdump@6.125.1']), 'node_modules')
    const program = join(dump, 'elasticdump', 'bin', 'elasticdump')
    const folder = join(dump, '..')
    const lines = Array.from({ length: 30 }, (_, n) => `{"index":{}}\n{"name":"n ${n}","n":${n}}\n`)
    const headers = { 'content-type': 'application/x-ndjson' }
    const put = { method: 'PUT', body: '{}', headers: { 'content-type': 'application/json' } }
    await fetch(`${address}/dump-from`, put)
    const bulk = { method: 'POST', body: lines.join(''), headers }
    await fetch(`${address}/dump-from/_bulk?refresh=true`, bulk)
    for (const type of ['mapping', 'data']) {
      const file = join(folder, `${type}.json`)
      const from = [`--input=${address}`, '--input-index=dump-from', `--output=${file}`]
      const to = [`--input=${file}`, `--output=${address}`, '--output-index=dump-to']
      await output(process.execPath, [program, ...from, `--type=${type}`, '--overwrite'])
      await output(process.execPath, [program, ...to, `--type=${type}`])
    }
    await fetch(`${address}/dump-to/_refresh`)
    const count = await (await fetch(`${address}/dump-to/_count`)).json()
    expect(count).toMatchObject({ count: 30 })
  })
})
