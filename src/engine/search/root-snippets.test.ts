import { describe, expect, test } from 'vitest'
import { SearchFixture } from './testing/search-fixture.ts'

describe('snippets', () => {
  test('the best fragment of each value has its matched tokens marked and its text escaped', async () => {
    const fixture = await SearchFixture.create({
      field_mappings: [
        { name: 'id', type: 'u64' },
        { name: 'body', type: 'text' },
      ],
    })
    await fixture.addSplit([
      JSON.stringify({ id: 1, body: `${'padding '.repeat(30)} a <Fox> & a hound` }),
    ])
    const { hits } = await fixture.search({ query: 'body:fox', snippetFields: ['body'] })
    expect(hits[0]?.snippets?.['body']?.[0]).toContain('&lt;<b>Fox</b>&gt; &amp; a hound')
    expect(hits[0]?.snippets?.['body']?.[0]?.length).toBeLessThan(200)
  })
})

describe('highlights', () => {
  const style = {
    marks: ['[', ']'],
    escapesHtml: false,
    maxChars: 12,
    fragments: 2,
    bestFirst: false,
    marksAllTerms: false,
  } as const

  test('a pattern marks the fields that the query asks for words, dynamic ones too', async () => {
    const fixture = await SearchFixture.create({
      mode: 'dynamic',
      dynamic_mapping: { tokenizer: 'default' },
      field_mappings: [{ name: 'body', type: 'text' }],
    })
    await fixture.addSplit([
      JSON.stringify({
        body: 'a fox, a hound & a fox again',
        other: 'fox',
        deep: { note: 'A Fox!' },
      }),
    ])
    const shown = async (query: string, rest: object = {}): Promise<unknown> => {
      const highlights = [{ pattern: '*', style: { ...style, ...rest } }]
      return (await fixture.search({ query, highlights })).hits[0]?.snippets
    }
    expect(await shown('body:fox deep.note:fox')).toEqual({
      body: ['a [fox], a', '[fox] again'],
      'deep.note': ['A [Fox]!'],
    })
    expect(await shown('body:fox', { fragments: 0 })).toEqual({
      body: ['a [fox], a hound & a [fox] again'],
    })
    expect(await shown('body:hound', { fragments: 1 })).toEqual({ body: ['[hound] & a'] })
  })
})
