import { expect, test } from 'vitest'
import { foreignPage } from './browser-guard.ts'

test.each([
  ['curl', '127.0.0.1:7280', undefined],
  ['curl over IPv6', '[::1]:7280', undefined],
  ['a browser', 'localhost:7280', undefined],
  ['a name below localhost', 'LOGS.localhost', undefined],
  ['a client of HTTP/1.0', undefined, undefined],
  ['a page of this server', '127.0.0.1:7280', 'http://127.0.0.1:7280'],
])('%s is answered', (_name, host, origin) => {
  expect(foreignPage({ host, origin }, undefined)).toBeUndefined()
})

test.each([
  ['a name that was made to mean this machine', 'evil.example:7280', undefined],
  ['the same with a page of that name', 'evil.example:7280', 'http://evil.example:7280'],
  ['a name that only looks like a number', '127.0.0.1.evil.example', undefined],
  ['a name that only begins like localhost', 'localhost.evil.example', undefined],
  ['a form of another site', '127.0.0.1:7280', 'https://evil.example'],
  ['a page of another local server', '127.0.0.1:7280', 'http://127.0.0.1:3000'],
  ['a page of a file or a sandbox', '127.0.0.1:7280', 'null'],
])('%s is not', (_name, host, origin) => {
  expect(foreignPage({ host, origin }, undefined)).toMatch(/--api-key-file|--cors/)
})

test('the origin of --cors is answered, and with * every one', () => {
  const asked = { host: '127.0.0.1:7280', origin: 'https://shop.example' }
  expect(foreignPage(asked, 'https://shop.example')).toBeUndefined()
  expect(foreignPage(asked, '*')).toBeUndefined()
  expect(foreignPage(asked, 'https://other.example')).toContain('--cors https://shop.example')
})

test.each([
  ['a link on another site', 'cross-site', 'navigate', true],
  ['the address bar', 'none', 'navigate', true],
  ['the page’s own script', 'same-origin', 'cors', true],
  ['a picture or a script on another site', 'cross-site', 'no-cors', false],
])('%s: answered or not', (_name, site, mode, isAnswered) => {
  const asked = { host: '127.0.0.1:7280', 'sec-fetch-site': site, 'sec-fetch-mode': mode }
  expect(foreignPage(asked, undefined) === undefined).toBe(isAnswered)
  expect(foreignPage(asked, '*')).toBeUndefined()
})
