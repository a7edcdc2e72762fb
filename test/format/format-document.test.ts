import { bodyBytes } from '../../src/engine/ports.ts'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { COLUMN_BLOCK_VALUES } from '../../src/engine/split/column.ts'
import { SplitBuilder } from '../../src/engine/split/split-builder.ts'
import { words } from './sample-docs.ts'
import { FORMAT_VERSION } from '../../src/engine/split/footer.ts'

const page = readFileSync(new URL('../../docs/FORMAT.md', import.meta.url), 'utf8')

describe('FORMAT.md', () => {
  test('describes the current version', () => {
    expect(page).toContain(`\nVersion ${FORMAT_VERSION}. `)
    expect(page).toContain(`in blocks of ${COLUMN_BLOCK_VALUES} values`)
  })

  test('has an example that is the file it says it is', async () => {
    const terms = { tokenizer: words, record: 'basic', fieldnorms: false } as const
    const column = { normalizer: 'raw', precisionNs: 1 } as const
    const builder = new SplitBuilder([{ id: 0, path: 'n', type: 'u64', terms, column }], {
      docStoreBlockBytes: 1024,
      tagPaths: [],
      indexFieldPresence: false,
    })
    for (const n of [7, 7, 9]) {
      const doc = { count: 1, fieldIds: [0], values: [n], timestamp: undefined, presentPaths: [] }
      builder.add(doc, new TextEncoder().encode(`{"n":${n}}`))
    }
    const { pieces, footer } = await builder.finish()
    const bytes = bodyBytes(pieces)
    expect(page).toContain(
      `${bytes.length} bytes, the footer being [${footer.start}, ${footer.end})`,
    )
    const example = exampleBytes()
    expect(example.map(([at]) => at)).toEqual(runningOffsets(example))
    expect(example.flatMap(([, content]) => content)).toEqual([...bytes])
  })
})

/** Rows of the example: offset and bytes. Hexadecimal pairs, or characters as they are. */
function exampleBytes(): [number, number[]][] {
  const table = page.slice(page.indexOf('## Example'), page.indexOf('## Limits'))
  return [...table.matchAll(/^\| (\d+) \| (.*?) \| .*\|$/gm)].map(([, at, cell]) => [
    Number(at),
    (cell ?? '')
      .split('` `')
      .flatMap((part) => part.replaceAll('`', '').split(' ').flatMap(cellBytes)),
  ])
}

function cellBytes(word: string): number[] {
  if (word === '00…07') return [0, 0, 0, 0, 0, 0, 0, 7]
  if (/^[0-9a-f]{2}$/.test(word)) return [Number.parseInt(word, 16)]
  return [...new TextEncoder().encode(word)]
}

function runningOffsets(rows: readonly [number, number[]][]): number[] {
  let at = 0
  return rows.map(([, content]) => (at += content.length) - content.length)
}
