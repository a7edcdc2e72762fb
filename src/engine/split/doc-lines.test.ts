import { expect, test } from 'vitest'
import { docLines } from './doc-lines.ts'

const DOCS = ['{"a":1}', '{\r\n"a":"\\n"\n}', '{}'].map((text) => Buffer.from(text))

test('a document is a line, on however many it stood', () => {
  expect(Buffer.from(docLines(DOCS)).toString()).toBe('{"a":1}\n{  "a":"\\n" }\n{}\n')
})

test('what is left out is a line of as many spaces', () => {
  const lines = docLines(DOCS, (place) => place === 0)
  expect(Buffer.from(lines).toString()).toBe('       \n{  "a":"\\n" }\n{}\n')
})
