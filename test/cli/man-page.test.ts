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

/** Machines have one or the other; the other's test is counted as not run, under its name. */
const isHere = (name: string): boolean =>
  ['/usr/bin', '/bin'].some((folder) => existsSync(`${folder}/${name}`))

/** What a formatter says about the page; a missing date does not count. */
function complaints(said: string): string[] {
  // The page has none, so that a build is the same byte for byte whenever it is made.
  return said.split('\n').filter((line) => line !== '' && !line.includes('missing date'))
}

const format = (name: string, ...args: string[]) =>
  spawnSync(name, args, { input: page, encoding: 'utf8' })

test.skipIf(!isHere('mandoc'))('mandoc has nothing against it', () => {
  const { stdout, error } = format('mandoc', '-Tlint', '-Wwarning')
  expect([error, complaints(stdout)]).toEqual([undefined, []])
})

test.skipIf(!isHere('groff'))('groff has nothing against it', () => {
  const { stdout, stderr } = format('groff', '-man', '-Tutf8', '-ww')
  expect(complaints(stderr)).toEqual([])
  expect(stdout).toContain('search')
})
