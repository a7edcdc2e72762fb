import { expect, test } from 'vitest'
import type { PageFiles } from './page-routes.ts'
import { ApiFixture, at } from './testing/api-fixture.ts'

const FILES: Readonly<Record<string, string>> = {
  'index.html': '<!doctype html><script type="module" src="page.js"></script>',
  'page.js': 'document.title = "page"',
  'page.css': 'body { color: black }',
  'secret.pem': 'not of the page',
}
const page: PageFiles = (name) =>
  Promise.resolve(FILES[name] === undefined ? undefined : Uint8Array.from(Buffer.from(FILES[name])))

const fixture = new ApiFixture()
const KEYED = { apiKeys: ['k'], responses: 'plain' } as const
const withPage = fixture.as(KEYED, { page })
const BROWSER = { accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' }

test('a browser is shown the page at the root, by a path that holds below a base path', async () => {
  const answer = await fixture.ask('/', { headers: BROWSER }, withPage)
  expect([answer.status, answer.headers.get('location')]).toEqual([302, 'ui/'])
  const folder = await fixture.ask('/ui', {}, withPage)
  expect([folder.status, folder.headers.get('location')]).toEqual([302, 'ui/'])
})

test('a client that reads no HTML is told as before that nothing is at the root', async () => {
  for (const headers of [{ accept: '*/*' }, { accept: 'application/json' }, {}]) {
    const answer = await fixture.ask('/', { headers }, withPage)
    expect([answer.status, at(answer.json, 'code')]).toEqual([404, 'QWL-ROUTE'])
  }
})

test('its files need no key, and what they ask for does', async () => {
  const index = await fixture.ask('/ui/', {}, withPage)
  expect([index.status, index.text]).toEqual([200, FILES['index.html']])
  expect((await fixture.ask('/api/v1/indexes', {}, withPage)).status).toBe(403)
})

test.each([
  ['/ui/', 'text/html; charset=utf-8'],
  ['/ui/index.html', 'text/html; charset=utf-8'],
  ['/ui/page.js', 'text/javascript; charset=utf-8'],
  ['/ui/page.css', 'text/css; charset=utf-8'],
])(
  '%s is of its type, asked for again each time, and may do nothing but its own',
  async (path, type) => {
    const { status, headers } = await fixture.ask(path, {}, withPage)
    expect(status).toBe(200)
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': type,
      'cache-control': 'no-cache',
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
  },
)

test('a file that a browser has is not sent again', async () => {
  const first = await fixture.ask('/ui/page.js', {}, withPage)
  const etag = first.headers.get('etag') ?? ''
  const headers = { 'if-none-match': `"other", ${etag}` }
  const second = await fixture.ask('/ui/page.js', { headers }, withPage)
  expect([second.status, second.text, second.headers.get('etag')]).toEqual([304, '', etag])
  const other = await fixture.ask('/ui/page.css', { headers }, withPage)
  expect(other.status).toBe(200)
})

test('HEAD tells the same without the bytes', async () => {
  const answer = await fixture.ask('/ui/page.js', { method: 'HEAD' }, withPage)
  expect([answer.status, answer.text]).toEqual([200, ''])
  expect(answer.headers.get('content-type')).toContain('text/javascript')
})

test('as through Lambda its files are zipped', async () => {
  const api = fixture.as({ apiKeys: [], responses: 'function' }, { page })
  const answer = await fixture.ask('/ui/page.js', {}, api)
  expect(answer.headers.get('content-encoding')).toBe('gzip')
  expect(answer.text).toBe(FILES['page.js'])
})

test.each([
  '/ui/nothing.js',
  '/ui/secret.pem',
  '/ui/..%2fpackage.json',
  '/ui/%2e%2e%2fpackage.js',
  '/ui/..%5cpage.js',
  '/ui/.hidden.js',
  '/ui/page.js%00.css',
  '/ui/a.constructor',
  '/ui/a/b.js',
])('%s is no file of the page', async (path) => {
  const asked: string[] = []
  const files: PageFiles = (name) => {
    asked.push(name)
    return page(name)
  }
  const answer = await fixture.ask(path, {}, fixture.as(KEYED, { page: files }))
  expect(answer.status).toBe(404)
  expect(asked.filter((name) => !/^[a-z]+\.js$/.test(name))).toEqual([])
})

test('where the page was not built, or is not served, the answer is what to do', async () => {
  const unbuilt = fixture.as(KEYED, { page: () => Promise.resolve(undefined) })
  const missing = await fixture.ask('/ui/', {}, unbuilt)
  expect([missing.status, at(missing.json, 'fix')]).toEqual([
    404,
    'install qw-lambda from npm, or in its sources: npm run build',
  ])
  const off = await fixture.ask('/ui/', {}, fixture.as(KEYED))
  expect(off.status).toBe(404)
  expect(at(off.json, 'fix')).toContain('serve --proxy')
  expect((await fixture.ask('/', { headers: BROWSER }, fixture.as(KEYED))).status).toBe(404)
})
