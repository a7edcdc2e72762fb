import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { manPage } from '../../src/cli/program/help/man-page.ts'
import { COMMANDS } from '../../src/cli/program/registry.ts'

let page = ''
beforeAll(async () => {
  page = await manPage('1.2.3')
  // Every command is loaded, by a machine that may do other things too.
}, 60_000)

test('the manual page has each command that the help has, and no line that roff takes for its own', () => {
  for (const { words, group } of COMMANDS) {
    const title = `.SS "qw\\-lambda ${words.join(' ').replaceAll('-', '\\-')}"`
    expect(page.includes(title), title).toBe(group !== undefined)
  }
  const requests = page.split('\n').filter((line) => /^[.']/.test(line))
  expect(requests.filter((line) => !/^\.(TH|SH|SS|B|I|TP|PP|nf|fi)\b/.test(line))).toEqual([])
})

const FORMATTERS = [
  ['mandoc', '-Tlint', '-Wwarning'],
  ['groff', '-man', '-Tutf8', '-ww'],
].filter(([name = '']) => ['/usr/bin', '/bin'].some((folder) => existsSync(`${folder}/${name}`)))

test('the formatters of this machine have nothing against it', () => {
  for (const [name = '', ...args] of FORMATTERS) {
    const { stdout, stderr } = spawnSync(name, args, { input: page, encoding: 'utf8' })
    const complaints = (name === 'mandoc' ? stdout : stderr).split('\n').filter(Boolean)
    // None, so that a build is the same byte for byte whenever it is made.
    const serious = complaints.filter((line) => !line.includes('missing date'))
    expect(serious, name).toEqual([])
    if (name === 'groff') expect(stdout).toContain('search')
  }
})
