import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, inject, test } from 'vitest'

const MAX_PACKED_BYTES = 3_000_000
const root = join(import.meta.dirname, '..', '..')
const home = inject('home')
const data = mkdtempSync(join(tmpdir(), 'qwl-first-'))
afterAll(() => rmSync(data, { recursive: true, force: true }))

test('the packed package is small', () => {
  expect(statSync(inject('packed')).size).toBeLessThan(MAX_PACKED_BYTES)
})

test('it is as the registry and every module system want it', () => {
  execFileSync('npm', ['exec', '--', 'publint', '--strict', root], { cwd: root })
})

test('it installs alone', () => {
  const installed = readdirSync(join(home, 'node_modules'))
  expect(installed.filter((name) => !name.startsWith('.'))).toEqual(['qw-lambda'])
})

test('the example of docs/LIBRARY.md prints what the page says', () => {
  const page = readFileSync(join(root, 'docs', 'LIBRARY.md'), 'utf8')
  writeFileSync(join(home, 'example.mjs'), codeOf(page, 'js'))
  const printed = execFileSync(process.execPath, ['example.mjs'], { cwd: home, encoding: 'utf8' })
  expect(printed).toBe(codeOf(page, 'text'))
})

const TYPED_USE = `import { memoryStore, openIndex, search, type Search } from 'qw-lambda/engine'
const asked: Search = { query: 'a:b', sort: [{ field: 'a', order: 'asc' }] }
const { numHits, hits } = await search(await openIndex(memoryStore(), 'logs'), asked)
const first: string | undefined = hits[0]?.json
export { numHits, first }
`

// As in a user's project: strict, and without skipping the declarations of libraries.
test('its types are all there and ask for no other package', () => {
  writeFileSync(join(home, 'typed.mts'), TYPED_USE)
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const options = ['--strict', '--noEmit', '--module', 'nodenext', '--skipLibCheck', 'false']
  execFileSync(process.execPath, [tsc, ...options, '--types', '', 'typed.mts'], { cwd: home })
})

test.each(['qw-lambda', 'index-config'])('the JSON Schema of %s is in it', (name) => {
  const { resolve } = createRequire(join(home, 'example.mjs'))
  const schema = readFileSync(resolve(`qw-lambda/schemas/${name}.schema.json`), 'utf8')
  expect(JSON.parse(schema)).toMatchObject({ type: 'object' })
})

test('the first minute: npx ends on hits, all is found, and a teardown leaves nothing', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    version: string
  }
  expect(npx('--version').trim()).toBe(version)
  const hits = npx('init', '--target', 'local', '--name', 'fresh', '-y')
  expect(hits).toContain('quantity')
  expect(npx('search', '*', '--count').trim()).toBe('100000')
  expect(npx('teardown', '--confirm', 'fresh')).toContain('Nothing left')
})

/** The first block of a page in this language. */
function codeOf(page: string, language: string): string {
  return new RegExp('```' + language + '\\n([\\s\\S]*?)```').exec(page)?.[1] ?? ''
}

function npx(...args: string[]): string {
  return execFileSync('npx', ['--no-install', 'qw-lambda', ...args], {
    cwd: home,
    env: { ...process.env, XDG_DATA_HOME: data, XDG_CONFIG_HOME: join(data, 'config'), CI: '' },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}
