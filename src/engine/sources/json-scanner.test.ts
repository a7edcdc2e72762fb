import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringifyJson, type JsonValue } from '../bytes/json.ts'
import { JsonScanner } from './json-scanner.ts'
import { MAX_LINE_BYTES } from './line-batch.ts'
import { LineProblem } from './line-reader.ts'

interface Found {
  readonly text: string
  readonly position: number
  readonly line: number
}

function scan(text: string, path: readonly string[] = [], pieceBytes = 1_000_000): Found[] {
  const scanner = new JsonScanner(path, { resumeAt: 0, start: 0 })
  const bytes = Buffer.from(text)
  const found: Found[] = []
  const take = (events: ReturnType<JsonScanner['push']>): void => {
    for (const event of events) {
      if (event.kind === 'overlong') {
        found.push({ text: 'overlong', position: event.position, line: event.line })
        continue
      }
      for (let i = 0; i < event.count; i++) {
        const place = { position: event.positionOf(i), line: event.lineNumberOf(i) }
        if (event.kind === 'lines') found.push({ text: event.textOf(i) ?? '', ...place })
        else {
          const { doc } = event.recordAt(i)
          found.push({ text: doc instanceof LineProblem ? doc.reason : '', ...place })
        }
      }
    }
  }
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    take(scanner.push(bytes.subarray(at, at + pieceBytes)))
  }
  take(scanner.finish('final'))
  return found
}

const textsOf = (text: string, path?: readonly string[]) =>
  scan(text, path).map((each) => each.text)

const documents = fc.array(
  fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 3 })),
  { maxLength: 8 },
)

describe('documents come out whole and compact', () => {
  const layouts: [string, (docs: unknown[], indent: number) => string, readonly string[]][] = [
    [
      'one after another',
      (docs, indent) => docs.map((doc) => JSON.stringify(doc, null, indent)).join(''),
      [],
    ],
    ['in an array', (docs, indent) => JSON.stringify(docs, null, indent), []],
    [
      'in arrays and out of them',
      (docs) => `${JSON.stringify(docs)}\n${docs.map((doc) => JSON.stringify(doc)).join('\n')}`,
      [],
    ],
    [
      'in an envelope',
      (docs, indent) =>
        JSON.stringify({ a: { rows: 7, x: [docs] }, b: { rows: docs } }, null, indent),
      ['b', 'rows'],
    ],
  ]
  test.each(layouts)('%s', (name, layout, path) => {
    fc.assert(
      fc.property(documents, fc.nat(3), fc.integer({ min: 1, max: 9 }), (docs, indent, piece) => {
        const text = layout(docs, indent)
        const compact = docs.map((doc) =>
          stringifyJson(JSON.parse(JSON.stringify(doc)) as JsonValue),
        ) // as written
        const expected = name.includes('out of') ? [...compact, ...compact] : compact
        const found = scan(text, path, piece)
        expect(found.map((each) => stringifyJson(JSON.parse(each.text) as JsonValue))).toEqual(
          expected,
        )
        for (const { position, text: doc } of found) {
          const source = Buffer.from(text).subarray(position).toString()
          expect(source[0]).toBe(doc[0])
        }
      }),
    )
  })

  test('lines are those of the source', () => {
    expect(scan('[\n {"a":\n 1},\n\n {"b":2}]')).toEqual([
      { text: '{"a":1}', position: 3, line: 2 },
      { text: '{"b":2}', position: 16, line: 5 },
    ])
  })
})

describe('what is no JSON costs as little as it can', () => {
  test.each<[string, string, readonly string[]]>([
    ['a string that is never closed', '{"a":"x\n{"b":1}', ['{"a":"x\u0001', '{"b":1}']],
    ['an object that is never closed', '{"a":{"b":1}\n{"c":2}', ['{"a":{"b":1}', '{"c":2}']],
    [
      'words between',
      'hello world\n{"a":1} again\n{"b":2}',
      ['hello world', '{"a":1}', 'again', '{"b":2}'],
    ],
    ['a bracket too many', '{"a":1}}\n{"b":2}', ['{"a":1}', '}', '{"b":2}']],
    ['elements that are no objects', '[1, "a", {"b":2}, null]', ['1', '"a"', '{"b":2}', 'null']],
    ['an end inside a document', '[{"a":1},{"b":', ['{"a":1}', '{"b":']],
    ['an end between elements', '[{"a":1},', ['{"a":1}', 'the text ends inside an array']],
  ])('%s', (_what, text, expected) => {
    expect(textsOf(text)).toEqual(expected)
  })

  test('an object without the array is told, not passed over', () => {
    const text = '{"Records":[{"a":1}]}{"message":"test"}{"Records":{"a":1}}{"x":{"Records":[1]}}'
    const none = 'the object has no array at `Records`'
    expect(textsOf(text, ['Records'])).toEqual(['{"a":1}', none, none, none])
  })

  test('a document that is too long is passed over', () => {
    const text = `[{"a":1},{"b":"${'x'.repeat(MAX_LINE_BYTES)}"},{"c":3}]`
    expect(textsOf(text)).toEqual(['{"a":1}', 'overlong', '{"c":3}'])
  })
})
