import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect } from 'vitest'
import { accessibilityFaults, test, watchPage } from './watched-page.ts'

// What watches the page has to see: a page that does everything wrong is found out.
let server: Server
let origin = ''
beforeEach(async () => {
  server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html')
    if (request.url === '/strict') {
      response.setHeader('content-security-policy', "default-src 'none'")
    }
    response.end(request.url === '/quiet' ? QUIET : WRONG)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => void server.close())

const QUIET =
  '<!doctype html><html lang="en"><title>quiet</title><main><h1>Nothing</h1></main></html>'
const WRONG = `<!doctype html><html><body style="color:#ccc;background:#fff">pale
<img src="http://elsewhere.test/a.png">
<script>window.hostile = 7; alert('hello'); setTimeout(() => { throw new Error('thrown') })</script>`

test('a request elsewhere, a dialog, an uncaught error and a script are found out', async ({
  browser,
}) => {
  const { page, faults } = await watchPage(browser, origin, {})
  await page.goto(`${origin}/`)
  await expect
    .poll(faults)
    .toEqual([
      'asked http://elsewhere.test/a.png',
      'dialog: hello',
      'uncaught: thrown',
      'a script of a document ran: 7',
    ])
})

test('what a content-security-policy stops is found out', async ({ browser }) => {
  const { page, faults } = await watchPage(browser, origin, {})
  await page.goto(`${origin}/strict`)
  await expect
    .poll(faults)
    .toEqual(expect.arrayContaining([expect.stringMatching(/^breach of script-src-elem: inline/)]))
  expect(await faults()).toContain('breach of style-src-attr: inline')
})

test('the accessibility checker finds pale text, a missing language and a missing title', async ({
  browser,
}) => {
  const { page } = await watchPage(browser, origin, {})
  await page.goto(`${origin}/`)
  const rules = (await accessibilityFaults(page)).map((fault) => fault.split(':')[0])
  expect(rules).toEqual(
    expect.arrayContaining(['color-contrast', 'html-has-lang', 'document-title']),
  )
})

test('a page that does nothing wrong has no faults', async ({ browser }) => {
  const { page, faults, requests } = await watchPage(browser, origin, {})
  await page.goto(`${origin}/quiet`)
  expect(await faults()).toEqual([])
  expect(await accessibilityFaults(page)).toEqual([])
  expect(requests).toContain(`${origin}/quiet`)
})
