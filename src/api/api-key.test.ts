import { expect, test } from 'vitest'
import { makeKeyCheck } from './api-key.ts'

const KEY = 'a-key:of at least 20 characters'
const check = makeKeyCheck(['another-key-of-some-length', KEY])

function refusal(headers: Record<string, string>): string | undefined {
  try {
    check(new Headers(headers))
    return undefined
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

// The second column is what the client is given: `apiKey`, `bearer`, `username` and `password`.
test.each([
  ['x-api-key', KEY],
  ['authorization', `ApiKey ${base64(`some-id:${KEY}`)}`],
  ['authorization', `ApiKey ${base64(KEY)}`],
  ['authorization', 'ApiKey another-key-of-some-length'],
  ['authorization', 'Bearer another-key-of-some-length'],
  ['authorization', 'bearer  another-key-of-some-length'],
  ['authorization', `Basic ${base64(`elastic:${KEY}`)}`],
])('the key is taken from %s: %s', (name, value) => {
  expect(refusal({ [name]: value })).toBeUndefined()
})

test.each([
  [{}, 'KEY-MISSING'],
  [{ authorization: 'Negotiate abc' }, 'KEY-MISSING'],
  [{ authorization: 'Basic' }, 'KEY-MISSING'],
  [{ 'x-api-key': '' }, 'KEY-REJECTED'],
  [{ 'x-api-key': `${KEY} ` + 'x' }, 'KEY-REJECTED'],
  [{ authorization: `Basic ${base64(`${KEY}:`)}` }, 'KEY-REJECTED'],
  [{ authorization: `Bearer ${base64(KEY)}` }, 'KEY-REJECTED'],
])('%j is refused with %s', (headers, code) => {
  expect(refusal(headers)).toBe(code)
})

test('without keys everybody may ask', () => {
  expect(() => makeKeyCheck([])(new Headers())).not.toThrow()
})
