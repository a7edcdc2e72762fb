import { describe, expect, test } from 'vitest'
import { schemaOf, strict, bind, show, failure } from './testing/bind-fixture.ts'

describe('texts', () => {
  test.each([
    ['title:Word', 'title:str=word'],
    ['title:foo-bar', 'title:str="foo@0 bar@1"~0'],
    ['body:foo-bar', '(+body:str=foo +body:str=bar)'],
    ['title:"a b"~3', 'title:str="a@0 b@1"~3'],
    ['title:"a"', 'title:str=a'],
    ["title:'b a'", '(+title:str=b +title:str=a)'],
    ['title:"a b c"*', 'title:str="a@0 b@1 c@2"*50'],
    ['title:"Wor"*', 'title:str=wor*'],
    ['title:"..."', 'matchNone'],
    ['title:10.0.0.1', 'title:str="10@0 0@1 0@2 1@3"~0'],
    ['key:Foo-Bar', 'key:str=Foo-Bar'],
    ['column:ABC', 'column:str==abc'],
    ['word', 'body:str=word'],
    ['not', 'body:str=not'],
  ])('%s asks %s', (text, expected) => {
    expect(show(bind(text))).toBe(expected)
  })

  test('removed long tokens leave gaps in a phrase', () => {
    const long = 'x'.repeat(300)
    expect(show(bind(`title:"${long} a ${long} b"`))).toBe('title:str="a@0 b@2"~0')
  })

  test('a clause without field asks every default field', () => {
    const options = { defaultFields: ['title', 'key'] }
    expect(show(bind('a', strict, options))).toBe('(?title:str=a ?key:str=a)1')
    expect(failure('a', schemaOf('strict')).message).toBe(
      'query requires a default search field and none was supplied',
    )
  })

  test.each([
    ['body:"a b"', 'QUERY-SCHEMA', 'does not have positions indexed'],
    ['body:"a b"*', 'QUERY-SCHEMA', 'does not have positions indexed'],
    ['count:"1"*', 'QUERY-SCHEMA', 'PhrasePrefix query on a non-text field'],
    ['hidden:a', 'QUERY-SCHEMA', 'field `hidden` is not full-text searchable'],
    ['column:a*', 'QUERY-SCHEMA', 'not full-text searchable'],
  ])('%s is refused', (text, code, reason) => {
    expect(failure(text)).toMatchObject({ kind: 'invalid', code })
    expect(failure(text).message).toContain(reason)
  })
})
