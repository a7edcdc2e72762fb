import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import * as library from '../src/engine-library.ts'

const root = join(import.meta.dirname, '..')
const page = readFileSync(join(root, 'docs', 'LIBRARY.md'), 'utf8')
const example = /```js\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
const printed = /```text\n([\s\S]*?)```/.exec(page)?.[1] ?? ''

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qwl-library-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** test/package runs the same example as a user would, from the packed package. */
test('the example of docs/LIBRARY.md prints what the page says', async () => {
  const entry = pathToFileURL(join(root, 'src', 'engine-library.ts')).href
  const file = join(folder, 'example.mjs')
  writeFileSync(
    file,
    example.replace('qw-lambda/engine', entry).replace('./library-example', join(folder, 'index')),
  )
  const lines: string[] = []
  const log = vi.spyOn(console, 'log').mockImplementation((...words) => {
    lines.push(words.join(' '))
  })
  try {
    await import(/* @vite-ignore */ file)
  } finally {
    log.mockRestore()
  }
  expect(`${lines.join('\n')}\n`).toBe(printed)
})

test('every function of the entry is on the page, and the page names no other', () => {
  const table = page.slice(page.indexOf('## The functions'), page.indexOf('The types say the rest'))
  const named = [...table.matchAll(/`(\w+)(?:`|\()/g)].map((match) => match[1] ?? '')
  expect(named.toSorted()).toEqual(Object.keys(library).toSorted())
})

test('an index is there for the next process, and gone when it is deleted', async () => {
  const { createIndex, deleteIndex, describeIndex, folderStore, indexDocs, listIndexes } = library
  const store = folderStore({ root: folder })
  const config = 'version: "0.9"\nindex_id: notes\ndoc_mapping: {}\n'
  await indexDocs(await createIndex(store, config), [{ text: 'first' }, { text: 'second' }])
  const again = folderStore({ root: folder })
  expect(await listIndexes(again)).toEqual(['notes'])
  const notes = await library.openIndex(again, 'notes')
  expect(await describeIndex(notes)).toMatchObject({ docCount: 2, splitCount: 1 })
  await deleteIndex(notes)
  await expect(library.openIndex(again, 'notes')).rejects.toMatchObject({ code: 'INDEX-NONE' })
})

test('merging makes one split of many, and a search finds the same', async () => {
  const { createIndex, describeIndex, indexDocs, mergeSplits, search } = library
  const index = await createIndex(library.memoryStore(), {
    index_id: 'many',
    doc_mapping: {},
    indexing_settings: { merge_policy: { type: 'stable_log', merge_factor: 2 } },
  })
  for (let i = 0; i < 4; i++) await indexDocs(index, [{ i }])
  await mergeSplits(index)
  expect((await describeIndex(index)).splitCount).toBeLessThan(4)
  expect((await search(index, { query: { range: { i: { gte: 1 } } } })).numHits).toBe(3)
  expect(await library.cleanUp(index)).toMatchObject({ incomplete: false })
})

test('a query in error names the field and the way out', async () => {
  const index = await library.createIndex(library.memoryStore(), {
    index_id: 'strict',
    doc_mapping: { mode: 'strict', field_mappings: [{ name: 'page', type: 'text' }] },
  })
  const error: unknown = await library
    .search(index, { query: 'pgae:home' })
    .catch((e: unknown) => e)
  expect(library.isQwError(error, 'invalid')).toBe(true)
  expect(error).toMatchObject({ fix: expect.stringContaining('page') })
})
