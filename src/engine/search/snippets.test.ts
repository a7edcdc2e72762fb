import { expect, test } from 'vitest'
import { parseIndexConfig } from '../schema/config-text.ts'
import { buildSchema } from '../schema/schema.ts'
import { makeSnippets, snippetFields, snippetWeights } from './snippets.ts'

const schema = buildSchema(
  parseIndexConfig({
    version: '0.9',
    index_id: 'events',
    doc_mapping: {
      mode: 'strict',
      field_mappings: [
        { name: 'body', type: 'text' },
        { name: 'hidden', type: 'text', stored: false },
        { name: 'n', type: 'u64' },
        { name: 'open', type: 'object', field_mappings: [{ name: 'note', type: 'text' }] },
      ],
    },
  }),
)

function snippets(
  name: string,
  document: Parameters<typeof makeSnippets>[0],
  ...terms: string[]
): string[] {
  const [field] = snippetFields(schema, [name])
  if (field === undefined) throw new Error('one name is one field')
  return makeSnippets(document, field, new Map([[name, new Map(terms.map((term) => [term, 1]))]]))
}

test('marks the tokens that match, and escapes everything else', () => {
  expect(snippets('body', { body: 'a <Fox> & a hound' }, 'fox', 'hound')).toEqual([
    'a &lt;<b>Fox</b>&gt; &amp; a <b>hound</b>',
  ])
})

test('shows the fragment whose distinct terms weigh most', () => {
  const far = 'word '.repeat(40)
  const body = `fox fox fox ${far} fox hound ${far}`
  const [fragment] = snippets('body', { body }, 'fox', 'hound')
  expect(fragment).toContain('<b>fox</b> <b>hound</b>')
  expect(fragment?.length).toBeLessThan(200)
})

test('has one fragment for each value that matches, and none for others', () => {
  expect(snippets('body', { body: ['red fox', 'hound', 'fox'] }, 'fox')).toEqual([
    'red <b>fox</b>',
    '<b>fox</b>',
  ])
  expect(snippets('body', {}, 'fox')).toEqual([])
})

test('finds values inside objects', () => {
  expect(snippets('open.note', { open: [{ note: 'fox' }, { other: 'fox' }] }, 'fox')).toEqual([
    '<b>fox</b>',
  ])
})

test('rare terms weigh more, counted over all splits', () => {
  const term = (text: string, docCount: number) => {
    return { path: 'body', term: new TextEncoder().encode(text), docCount }
  }
  const weights = snippetWeights([term('fox', 1), term('hound', 90), term('hound', 9)]).get('body')
  expect(weights).toEqual(
    new Map([
      ['fox', 1 / 2],
      ['hound', 1 / 100],
    ]),
  )
})

test.each([
  ['absent', 'field does not exist'],
  ['n', 'must be an indexed and stored text field'],
  ['hidden', 'must be an indexed and stored text field'],
])('refuses the field %s', (name, message) => {
  expect(() => snippetFields(schema, [name])).toThrow(
    expect.objectContaining({ kind: 'invalid', message: expect.stringContaining(message) }),
  )
})
