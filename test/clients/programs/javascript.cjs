// What the README of the client shows, then errors, paging and helpers. Prints one JSON object.
// node javascript.cjs <folder of the installed package> <package> <address> <index>
const { createRequire } = require('node:module')
const { join } = require('node:path')

const [, , folder, name, node, index] = process.argv
const { Client } = createRequire(join(folder, 'package.json'))(name)
// From version 8 on, what was the body stands beside the index, and the answer is the body itself.
const isFlat = name.startsWith('@elastic') && !folder.endsWith('-7')
const client = new Client({ node })
const bodyOf = (value) => (isFlat ? value : { body: value })
const documentOf = (value) => (isFlat ? { document: value } : { body: value })
const seen = {}

async function step(title, run) {
  try {
    const answer = await run()
    seen[title] = isFlat || answer?.statusCode === undefined ? answer : answer.body
  } catch (error) {
    const { type, reason } = error.meta?.body?.error ?? {}
    seen[title] = { status: error.meta?.statusCode, type, reason, message: error.message }
  }
}

async function main() {
  await step('ping', () => client.ping())
  await step('exists before', () => client.indices.exists({ index }))
  const properties = { title: { type: 'text' }, tag: { type: 'keyword' }, n: { type: 'long' } }
  await step('create', () =>
    client.indices.create({ index, ...bodyOf({ mappings: { properties } }) }),
  )
  await step('exists after', () => client.indices.exists({ index }))
  const document = { title: 'Winter is coming', tag: 'quote', n: -1 }
  await step('index', () => client.index({ index, ...documentOf(document) }))
  await step('refresh', () => client.indices.refresh({ index }))
  await step('search', () =>
    client.search({ index, ...bodyOf({ query: { match: { title: 'winter' } } }) }),
  )
  await step('get', () => client.get({ index, id: '1' }))
  await step('update', () => client.update({ index, id: '1', ...bodyOf({ doc: { n: 2 } }) }))
  await step('missing index', () => client.search({ index: 'nowhere' }))
  await step('bulk helper', () =>
    client.helpers.bulk({
      datasource: Array.from({ length: 120 }, (_, n) => ({ title: `book ${n}`, tag: 'book', n })),
      onDocument: () => ({ index: { _index: index } }),
      refreshOnCompletion: true,
    }),
  )
  const query = { term: { tag: 'book' } }
  await step('scroll helper', async () => {
    const found = new Set()
    const search = { index, size: 50, ...bodyOf({ query }) }
    for await (const { n } of client.helpers.scrollDocuments(search)) found.add(n)
    return found.size
  })
  await step('search helper', () => client.helpers.search({ index, size: 3, ...bodyOf({ query }) }))
  await step('msearch helper', async () => {
    const helper = client.helpers.msearch()
    const { documents } = await helper.search({ index }, { query: { match: { title: 'winter' } } })
    helper.stop()
    return documents
  })
  await step('paging', async () => {
    const found = []
    let after
    for (;;) {
      const sort = [{ n: 'asc' }]
      const page = {
        query,
        size: 50,
        sort,
        ...(after === undefined ? {} : { search_after: after }),
      }
      const answer = await client.search({ index, ...bodyOf(page) })
      const { hits } = (isFlat ? answer : answer.body).hits
      if (hits.length === 0) return found.length
      for (const { _source } of hits) found.push(_source.n)
      after = hits.at(-1).sort
    }
  })
  await step('fieldCaps', () => client.fieldCaps({ index, fields: ['tag'] }))
  await step('health', () => client.cluster.health({ wait_for_status: 'yellow', timeout: '5s' }))
  await step('cat', () => client.cat.indices({ index, format: 'json' }))
  await step('delete', () => client.indices.delete({ index }))
  console.log(JSON.stringify(seen))
}

void main()
