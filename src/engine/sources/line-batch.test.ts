import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LineBatch, LineSplitter } from './line-batch.ts'

const LIMITS = { maxLineBytes: 1_000, prefixBytes: 4 }

interface Line {
  line: number
  position: number
  text: string | undefined
}

/** The lines that a splitter sees in `bytes` when they come in pieces of these sizes. */
function split(bytes: Uint8Array, pieceSizes: readonly number[], limits = LIMITS): Line[] {
  const splitter = new LineSplitter(limits, { line: 1, position: 0 })
  const lines: Line[] = []
  const take = (events: ReturnType<LineSplitter['push']>): void => {
    for (const event of events) {
      if (event.kind === 'overlong') {
        lines.push({ line: event.line, position: event.position, text: undefined })
        continue
      }
      for (let i = 0; i < event.count; i++) {
        const [line, position] = [event.firstLine + i, event.positionOf(i)]
        lines.push({ line, position, text: event.textOf(i)?.trimEnd() })
      }
    }
  }
  let start = 0
  for (let i = 0; start < bytes.length; i++) {
    const end = start + (pieceSizes[i % pieceSizes.length] ?? 1)
    take(splitter.push(bytes.subarray(start, end)))
    start = end
  }
  take(splitter.finish())
  return lines
}

describe('splitting into lines', () => {
  test('lines come out the same however the bytes are cut, with their number and position', () => {
    const line = fc.string({ unit: fc.constantFrom('a', '"', 'ä', '€', '😀', ' ', '\t') })
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(
        fc.array(line),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        sizes,
        (texts, end, closed, pieces) => {
          const text = texts.join(end) + (closed && texts.length > 0 ? end : '')
          const bytes = Buffer.from(text)
          const expected: Line[] = []
          let position = 0
          const parts = text.split(end)
          if (parts.at(-1) === '') parts.pop()
          parts.forEach((part, i) => {
            expected.push({ line: i + 1, position, text: part.trimEnd() })
            position += Buffer.byteLength(part + end)
          })
          expect(split(bytes, pieces)).toEqual(expected)
        },
      ),
    )
  })

  test('a line that is not UTF-8 has no text, and its neighbours have theirs', () => {
    const bytes = Buffer.concat([
      Buffer.from('ä\n'),
      Buffer.from([0xff, 0xfe, 10]),
      Buffer.from('€'),
    ])
    expect(split(bytes, [2]).map(({ text }) => text)).toEqual(['ä', undefined, '€'])
  })

  test('a line beyond the limit is passed over with its beginning kept, and counting goes on', () => {
    const bytes = Buffer.from(`one\n${'x'.repeat(50)}\nthree\n`)
    const splitter = new LineSplitter(
      { maxLineBytes: 20, prefixBytes: 4 },
      { line: 1, position: 0 },
    )
    const events = []
    for (let at = 0; at < bytes.length; at += 7)
      events.push(...splitter.push(bytes.subarray(at, at + 7)))
    events.push(...splitter.finish())
    const overlong = events.find((event) => event.kind === 'overlong')
    expect(overlong).toMatchObject({ line: 2, position: 4, endPosition: 55 })
    expect(Buffer.from(overlong?.prefix ?? []).toString()).toBe('xxxx')
    const last = events.at(-1)
    expect(last).toMatchObject({ kind: 'lines', firstLine: 3, position: 55 })
  })

  test('an over-long last line needs no line end', () => {
    const lines = split(Buffer.from(`a\n${'x'.repeat(500)}`), [100], {
      maxLineBytes: 10,
      prefixBytes: 4,
    })
    expect(lines).toEqual([
      { line: 1, position: 0, text: 'a' },
      { line: 2, position: 2, text: undefined },
    ])
  })
})

test('a batch gives bytes without line ends, also of Windows lines', () => {
  const batch = new LineBatch(Buffer.from('{"a":1}\r\n{}\n'), 10, 100)
  expect(batch.count).toBe(2)
  expect(Buffer.from(batch.bytesOf(0)).toString()).toBe('{"a":1}')
  expect([
    batch.bytesOf(0).length,
    batch.positionOf(1),
    batch.positionAfter(0),
    batch.positionAfter(1),
  ]).toEqual([7, 109, 109, 112])
})
