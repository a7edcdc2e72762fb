import { expect, test } from 'vitest'
import { decodeFooter } from './footer.ts'
import { checkWhole, LISTS_START } from './split-file.ts'
import { fieldAt, sampleSplit } from './testing/sample-split.ts'

const split = () =>
  sampleSplit(
    ['body:str', 'n:i64'],
    Array.from({ length: 600 }, (_, n) => ({ body: `word${(n * n) % 7} tail`, n: n * n })),
  )

test('parts follow each other without gaps: lists, documents, fields with the large ones first, footer', async () => {
  const sample = await split()
  const { docStore } = sample.footer
  const body = fieldAt(sample, 'body')
  const n = fieldAt(sample, 'n')
  const documents = { start: docStore.blockStarts[0], end: docStore.blockStarts.at(-1) }
  const dictionary = { start: body.terms?.blockStarts[0], end: body.terms?.blockStarts.at(-1) }
  expect(documents.start).toBeGreaterThan(LISTS_START)
  const fields = [
    [dictionary.start, dictionary.end],
    [body.fieldnorms?.start, body.fieldnorms?.end],
    [n.column?.start, n.column?.end],
  ].sort(([a], [b]) => Number(a) - Number(b))
  fields.forEach(([start], i) => {
    expect(start).toBe(i === 0 ? documents.end : fields[i - 1]?.[1])
  })
  expect(n.column?.start).toBe(documents.end)
  expect(sample.bytes.length).toBe(sample.footer.fileBytes)
})

test('readers of whole files notice missing bytes and what is no split', async () => {
  const { bytes, footer } = await split()
  checkWhole(bytes, footer)
  expect(() => checkWhole(bytes.subarray(1), footer)).toThrow(/truncated/)
  const other = bytes.slice()
  other[0] = 0
  // The footer alone does not show it.
  expect(decodeFooter(other).docCount).toBe(600)
  expect(() => checkWhole(other, footer)).toThrow(/does not start with QWSPLIT/)
})
