import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arrayLines, beginsAsArray } from './array-lines.ts'

async function linesOf(text: string, pieceBytes = text.length + 1): Promise<string> {
  const bytes = Buffer.from(text)
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes)
  }
  const out: Uint8Array[] = []
  for await (const chunk of arrayLines(pieces())) out.push(chunk)
  return Buffer.concat(out).toString()
}

describe('elements as lines', () => {
  test('every element becomes one line, whatever the array’s own line ends', async () => {
    const text = '\uFEFF[ {"a": 1},\n\n {\n  "b": [2,\r\n 3]\n}\n]\n'
    expect(await linesOf(text)).toBe('{"a": 1}\n{   "b": [2,   3] }\n')
  })

  test('brackets, commas and quotes inside strings are text', async () => {
    const text = JSON.stringify([{ a: 'x],[{"y\\' }, { b: '"' }])
    expect(
      (await linesOf(text))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(JSON.parse(text))
  })

  test('an empty array has no lines', async () => {
    expect(await linesOf(' [ ] ')).toBe('')
  })

  test('what was cut short ends without a line end, to be rejected as a line', async () => {
    expect(await linesOf('[{"a":1},{"b":')).toBe('{"a":1}\n{"b":')
  })

  test('any array, in pieces of any size and with any indentation, gives its documents back', async () => {
    const documents = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { minLength: 1 })
    await fc.assert(
      fc.asyncProperty(
        documents,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 0, max: 3 }),
        async (docs, piece, indent) => {
          const text = JSON.stringify(docs, undefined, indent)
          const lines = (await linesOf(text, piece)).trimEnd().split('\n')
          expect(lines.map((line) => JSON.parse(line))).toEqual(JSON.parse(text))
        },
      ),
    )
  })
})

describe('recognising an array', () => {
  test.each([
    ['[{"a":1}]', true],
    ['\uFEFF \n[\n{', true],
    ['[]', true],
    ['{"a":[{}]}', false],
    ['[1,2]', false],
    ['[2026-11-23] a log line', false],
    ['', false],
  ])('%j: %s', (text, expected) => {
    expect(beginsAsArray(Buffer.from(text))).toBe(expected)
  })
})
