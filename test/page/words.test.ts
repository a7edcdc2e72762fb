import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { expect, inject } from 'vitest'
import { PROGRAM } from '../cli-process.ts'
import { accessibilityFaults, keepPicture, test } from './watched-page.ts'

const run = promisify(execFile)

/** Types a line into a shell that knows qw-lambda, in the project that is served. */
async function inShell(line: string): Promise<string> {
  const project = inject('project')
  const program = `#!/bin/sh\nexec "${process.execPath}" "${PROGRAM}" "$@"\n`
  await writeFile(join(project, 'qw-lambda'), program, { mode: 0o755 })
  const env = {
    ...process.env,
    PATH: `${project}:${process.env['PATH']}`,
    QWL_DATA_DIR: join(project, 'data'),
    NO_COLOR: '1',
  }
  const { stdout, stderr } = await run('sh', ['-c', line], { cwd: project, env })
  return stdout + stderr
}

async function openWords(page: Page, tab: string): Promise<string> {
  const words = page.getByRole('region', { name: 'The same in words' })
  const opener = words.getByRole('button', { name: /In words/ })
  if ((await opener.getAttribute('aria-expanded')) !== 'true') await opener.click()
  await words.getByRole('tab', { name: tab }).click()
  return (await words.getByRole('tabpanel').locator('pre').first().textContent()) ?? ''
}

/** Quotes, blanks, a dollar sign and backslashes: what a shell would take for its own. */
const QUERY = String.raw`level:error AND NOT note:"it's $HOME" AND seq:[0 TO 30]`
const ADDRESS = `/ui/?${new URLSearchParams({ index: 'hostile', q: QUERY, tz: 'utc' }).toString()}`

test('the command line of a view finds the same in a terminal', async ({ visit }) => {
  const { page } = await visit(ADDRESS)
  await page.getByText(/^11 hits/).waitFor()
  const line = await openWords(page, 'Command line')
  await keepPicture(page, 'words')
  expect(await accessibilityFaults(page)).toEqual([])
  expect(line).toMatch(/^qw-lambda search /)
  expect(await inShell(line)).toMatch(/\b11 (?:hits|matches)/)
})

test('the curl line of a view gets the same documents', async ({ visit }) => {
  const { page } = await visit(ADDRESS)
  await page.getByText(/^11 hits/).waitFor()
  const answer = JSON.parse(await inShell(await openWords(page, 'curl'))) as {
    hits: { hits: { _source: { seq: number } }[] }
  }
  expect(answer.hits.hits.map(({ _source }) => _source.seq)).toEqual([
    30, 27, 24, 21, 18, 15, 12, 9, 6, 3, 0,
  ])
})

test('the JSON of a view is the request that was sent', async ({ visit }) => {
  const { page } = await visit(ADDRESS)
  await page.getByText(/^11 hits/).waitFor()
  const text = await openWords(page, 'JSON')
  expect(text).toMatch(/^POST \/api\/v1\/_elastic\/hostile\/_search/)
  expect(JSON.parse(text.slice(text.indexOf('{')))).toMatchObject({ size: expect.any(Number) })
})

test('what a view cost is told in time, bytes and money', async ({ visit }) => {
  const { page } = await visit(ADDRESS)
  await page.getByText(/^11 hits/).waitFor()
  await openWords(page, 'Command line')
  await page.getByRole('tab', { name: 'Cost' }).click()
  const cost = page.getByRole('region', { name: 'The same in words' }).getByRole('tabpanel')
  await cost.getByRole('button', { name: /for how much/ }).click()
  await expect.poll(() => cost.textContent()).toMatch(/\$|USD/)
  expect(await cost.textContent()).toMatch(/ms|s\b/)
  expect(await cost.textContent()).toMatch(/\d [KM]?B/)
  await keepPicture(page, 'words-cost')
  expect(await accessibilityFaults(page)).toEqual([])
})
