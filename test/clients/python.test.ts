import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { parseJson } from '../../src/engine/bytes/json.ts'
import { hasTool, output, PROGRAMS, pythonWith } from './toolchain.ts'

const address = inject('address')
const CLIENTS = [
  ['7.17.13', ['urllib3==1.26.20']],
  ['8.19.3', []],
  ['9.5.1', []],
] as const

describe.skipIf(!(await hasTool('python')))('from PyPI', () => {
  test.each(CLIENTS)('elasticsearch %s does what its README shows', async (version, beside) => {
    const name = `python-${version}`
    const python = await pythonWith(name, [`elasticsearch==${version}`, ...beside])
    const args = [join(PROGRAMS, 'python_client.py'), address, `books-${name}`]
    expect(parseJson(await output(python, args))).toMatchObject({
      ping: true,
      info: { tagline: 'You Know, for Search' },
      'exists before': false,
      create: { acknowledged: true },
      'exists after': true,
      index: { result: 'created', _id: 'my_document_id' },
      search: { hits: { total: { value: 1 }, hits: [{ _source: { tag: 'quote' } }] } },
      get: { text: expect.stringContaining('unsupported_operation_exception') as string },
      'missing index': { class: 'NotFoundError', text: expect.stringMatching(/nowhere/) as string },
      'too many': { text: expect.stringContaining('10000') as string },
      'bulk helper': [120, []],
      'scan helper': 120,
      'streaming bulk': [true, true],
      rejected: [0, [{ index: { status: 400, error: { type: 'document_parsing_exception' } } }]],
      count: true,
      cat: expect.stringMatching(/^green open books-/) as string,
      health: { status: 'green' },
      delete: { acknowledged: true },
    })
  })

  test.each([
    ['7.4.1', ['elasticsearch==7.17.13', 'urllib3==1.26.20']],
    ['8.18.0', []],
  ])('elasticsearch-dsl %s does what its README shows', async (version, beside) => {
    const name = `python-dsl-${version}`
    const python = await pythonWith(name, [`elasticsearch-dsl==${version}`, ...beside])
    const args = [join(PROGRAMS, 'python_dsl.py'), address, name]
    expect(parseJson(await output(python, args))).toEqual({
      hits: [1],
      buckets: { t1: 1, test: 1 },
      page: [3, 2],
      scan: 5,
      count: 5,
      exists: true,
    })
  })
})
