import { describe, expect, inject, test } from 'vitest'
import { goProgram, hasTool, javaProgram, output } from './toolchain.ts'

const address = inject('address')

describe.skipIf(!(await hasTool('go')))('from Go modules', () => {
  test('go-elasticsearch 7.17.10 and 8.19.0 and olivere 7.0.32 do what their READMEs show', async () => {
    const program = await goProgram('go-8.19.0')
    expect(JSON.parse(await output(program, [address, 'books-go']))).toEqual({
      create: true,
      'bulk indexer': true,
      'bulk flushed': 100,
      'bulk failed': 0,
      search: 10,
      'missing index': true,
      exists: true,
      get: true,
      '8 info': '7.17.0',
      '8 create': true,
      '8 exists': true,
      '8 index': 'created',
      '8 bulk indexer': true,
      '8 bulk flushed': 100,
      '8 bulk failed': 0,
      '8 refresh': true,
      '8 search': 11,
      '8 highlight': ['<em>one</em> book'],
      '8 aggregation': true,
      '8 count': 101,
      '8 pages': 101,
      '8 missing index': 'index_not_found_exception',
      '8 delete': true,
      'olivere search': 100,
      'olivere scroll': 100,
      'olivere bulk': true,
      'olivere delete': true,
    })
  })
})

describe.skipIf(!(await hasTool('java')))('from Maven', () => {
  test('elasticsearch-java 8.19.3 does what its first page shows', async () => {
    const cwd = await javaProgram('java-8.19.3')
    const args = ['-cp', 'lib/*:.', 'Clients', address, 'books-java']
    expect(JSON.parse(await output('java', args, { cwd }))).toMatchObject({
      ping: true,
      info: '7.17.0',
      create: true,
      exists: true,
      bulk: false,
      index: 'created',
      refresh: 0,
      search: 20,
      aggregation: 99,
      count: 21,
      get: expect.stringContaining('reading a document by its id is not supported') as string,
      'missing index': expect.stringMatching(/^index_not_found_exception: .*nowhere/) as string,
      health: 'green',
      delete: true,
    })
  })
})
