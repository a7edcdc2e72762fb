import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { transform } from 'esbuild'
import { glob } from 'tinyglobby'
import { expect, test } from 'vitest'
import { npmPackages } from '../clients/toolchain.ts'

/** What is not linear, and why nobody can send it a text that is long enough to matter. */
const SHORT_TEXTS: ReadonlyMap<string, string> = new Map([
  ...typedByThePerson(
    String.raw`^\/+|\/+$`,
    String.raw`^[^a-z]+|-+$`,
    String.raw`\s*days?`,
    String.raw`^s3:\/\/([^/]+)\/?(.*)$`,
    String.raw`^-[a-zA-Z]*v[a-zA-Z]*$`,
    String.raw`\/+$`,
    String.raw`^(?:profile\s+(.+)|(default))$`,
    String.raw`^\s*\[\s*(.+?)\s*\]`,
    String.raw`^now(?:\s*-\s*(.+))?$`,
  ),
  ...answersOfAws(
    String.raw`MemorySize.*less than or equal to (\d+)`,
    String.raw`expired ?token|security token .* expired`,
    String.raw`api ?key.*already exists`,
    String.raw`"event":"request".*"reads":(\d+)`,
  ),
  [String.raw`\B(?=(?:\d{3})+$)`, 'the digits of a number'],
  [String.raw`0+$`, 'nine digits of a fraction'],
  [String.raw`^[^a-z]+|[-_]+$`, 'a name of a file'],
  [String.raw`<b>(.*?)<\/b>`, 'fragments, cut by the server'],
  [String.raw`([\d.]+)\s*([a-zA-Z]+)`, 'runs on durations that a linear expression has taken'],
  [String.raw`(\d+)([a-z]+)`, 'runs on durations that a linear expression has taken'],
  ['X+$', 'a pattern of a table of ours'],
  [String.raw`(?:[a-z]+:\/|~|\.{0,2})\/[^\s:,)]+`, 'our own message'],
  [String.raw`(?:file:\/\/)?[^\s()]*\/([^/\s()]+)`, 'a frame of our own stack'],
  [
    String.raw`^([^#0,.;E]*)([#,]*(?:0[0,]*)?)(?:\.(0*)(#*))?([^#0,.;E]*)$`,
    'a format; longer ones than MAX_PATTERN_CHARS are refused before',
  ],
])

/** The command line, the environment and files of the person's own. */
function typedByThePerson(...sources: string[]): [string, string][] {
  return sources.map((source) => [source, 'typed by the person who waits for it'])
}

/** Messages and the four kilobytes of a log's end. */
function answersOfAws(...sources: string[]): [string, string][] {
  return sources.map((source) => [source, 'an answer of AWS'])
}

test('no regular expression takes longer than its text is long, save where the text is short', async () => {
  const tools = createRequire(
    join(await npmPackages('regex-tools', ['recheck@4.5.0', 'acorn@8.15.0']), 'index.js'),
  )
  process.env['RECHECK_BACKEND'] = 'pure'
  const { checkSync } = tools('recheck') as Recheck
  const { parse } = tools('acorn') as Acorn
  const files = await glob('src/**/*.ts', { ignore: ['**/*.test.ts', '**/testing/**'] })
  const found = new Map<string, string>()
  const slow = new Map<string, string>()
  for (const file of files) {
    const { code } = await transform(await readFile(file, 'utf8'), { loader: 'ts' })
    for (const { pattern, flags } of expressionsOf(parse(code, PARSE))) {
      if (found.has(`/${pattern}/${flags}`)) continue
      found.set(`/${pattern}/${flags}`, file)
      const { status, attack } = checkSync(pattern, flags, { timeout: 600_000 })
      if (status !== 'safe') slow.set(pattern, `${file}: ${attack?.pattern ?? status}`)
    }
  }
  // Otherwise nothing was looked at.
  expect(found.size).toBeGreaterThan(300)
  const unknown = [...slow].filter(([pattern]) => !SHORT_TEXTS.has(pattern))
  expect(unknown, 'make it linear, or bound its text and say so above').toEqual([])
  const past = [...SHORT_TEXTS.keys()].filter((pattern) => !slow.has(pattern))
  expect(past, 'is linear or gone: take it out of the list').toEqual([])
})

const PARSE = { ecmaVersion: 'latest', sourceType: 'module' } as const

interface Recheck {
  readonly checkSync: (
    pattern: string,
    flags: string,
    options: { readonly timeout: number },
  ) => { readonly status: string; readonly attack?: { readonly pattern?: string } }
}

interface Acorn {
  readonly parse: (code: string, options: typeof PARSE) => unknown
}

interface Expression {
  readonly pattern: string
  readonly flags: string
}

/** The literals below a node of the syntax tree. */
function expressionsOf(node: unknown): Expression[] {
  if (typeof node !== 'object' || node === null) return []
  const own = 'regex' in node ? [node.regex as Expression] : []
  return [...own, ...Object.values(node).flatMap(expressionsOf)]
}
