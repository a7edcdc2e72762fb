import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RawOptions } from '../../src/cli/command/command.ts'
import { runProgram } from '../../src/cli/program/program.ts'
import { parseExact, stringifyExact } from '../../src/page/api/exact-json.ts'
import { specAggs, specDrawing, type AggregateSpec } from '../../src/page/aggregate/spec.ts'
import { hitsBody, readHits } from '../../src/page/search/search-request.ts'
import { FIRST_VIEW, type ViewState } from '../../src/page/state/view-state.ts'
import { rangeBounds, resolveRange } from '../../src/page/time/range.ts'
import { commandWords } from '../../src/page/words/command-line.ts'
import { curlLine } from '../../src/page/words/curl.ts'
import { shellLine } from '../../src/page/words/shell-words.ts'
import { searchStack, type SearchStack } from '../cli/search-stack.ts'

const NOW = Date.UTC(2026, 10, 23, 4, 1, 0)

/** The words that a real shell makes of a line. */
function shellWords(line: string): string[] {
  const text = execFileSync('sh', ['-c', `set -- ${line}\nprintf '%s\\0' "$@"`], {
    encoding: 'utf8',
  })
  return text.split('\0').slice(0, -1)
}

const ODD = fc.oneof(
  fc.constantFrom(
    '$HOME',
    '`id`',
    "it's",
    '"',
    '\\',
    '!!',
    '*',
    '~',
    '#x',
    'a\nb',
    '-x',
    '--',
    '-',
    '{a,b}',
    '',
  ),
  fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
)

test('a shell takes back every word as it was', () => {
  fc.assert(
    fc.property(fc.array(ODD, { minLength: 1, maxLength: 20 }), (words) => {
      expect(shellWords(shellLine(words))).toEqual(words)
    }),
    { numRuns: 30 },
  )
})

test('curl gets the address and the body, and the shell puts in the key', () => {
  const body = stringifyExact({ query: "it's $HOME `id` \\ \n" })
  const line = curlLine(
    { method: 'POST', path: '_elastic/a%2Fb/_search', body },
    {
      api: 'http://127.0.0.1:7280/api/v1/',
      hasKey: true,
    },
  )
  expect(shellWords(`${line.replace('$QWL_API_KEY', 'secret')}`)).toEqual([
    'curl',
    '-sS',
    '--compressed',
    'http://127.0.0.1:7280/api/v1/_elastic/a%2Fb/_search',
    '-H',
    'x-api-key: secret',
    '-H',
    'content-type: application/json',
    '-d',
    body,
  ])
  expect(
    curlLine({ method: 'GET', path: 'indexes' }, { api: 'http://x/api/v1/', hasKey: false }),
  ).toBe('curl -sS --compressed http://x/api/v1/indexes')
})

/** The options and arguments that the real program understands, without running the command. */
async function understood(
  words: readonly string[],
): Promise<{ command: string; options: RawOptions; isUnderstood: boolean }> {
  const [program, command = '', ...rest] = words
  expect(program).toBe('qw-lambda')
  let options: RawOptions | undefined
  const stop = new Error('understood')
  const host = {
    version: '0',
    columns: 80,
    write: () => undefined,
    contextFor: (given: RawOptions) => {
      options = given
      return Promise.reject(stop)
    },
  }
  await runProgram([command, ...rest], host).catch((error: unknown) => {
    if (error !== stop) throw error
  })
  return { command, options: options ?? {}, isUnderstood: options !== undefined }
}

const state = fc.record<ViewState>({
  view: fc.constantFrom('search', 'tail', 'aggregate'),
  index: fc.constantFrom('visits', 'a-b_c', ''),
  query: fc.oneof(ODD, fc.constantFrom('level:error', '-level:error', 'a AND b', '--index x')),
  from: fc.constantFrom(undefined, 'now-15m', '2026-11-23', '2026-11-23T04:00:00.5Z'),
  to: fc.constantFrom(undefined, 'now', '2026-11-24 00:00'),
  columns: fc.constantFrom([], ['a.b', 'c d'], ['x,y']),
  by: fc.constant(undefined),
  sort: fc.constantFrom('asc', 'desc'),
  tz: fc.constantFrom('local', 'utc'),
})

test.each<[ViewState['view'], string]>([
  ['fields', 'qw-lambda fields --index visits'],
  ['indexes', 'qw-lambda index list'],
  ['cost', 'qw-lambda cost-estimate'],
])('the %s view is `%s`, which is a command', async (view, line) => {
  const words = commandWords(
    { ...FIRST_VIEW, view, index: 'visits' },
    { nowMs: NOW, timestampField: 'at' },
  )
  expect(shellLine(words)).toBe(line)
  await expect(understood(words)).resolves.toMatchObject({ isUnderstood: true })
})

const ANY_SPEC = fc.record<AggregateSpec>({
  group: fc.constantFrom('all', 'time', 'field'),
  field: fc.constantFrom('level', 'a:5', 'it"s'),
  size: fc.integer({ min: 1, max: 50 }),
  by: fc.constantFrom('', 'tags', "o'clock"),
  measure: fc.constantFrom('count', 'stats', 'percentiles'),
  of: fc.constantFrom('id', 'a,b'),
  percents: fc.constant([50, 99.9]),
})

test('whatever is aggregated, there is a command for it', async () => {
  await fc.assert(
    fc.asyncProperty(ANY_SPEC, async (spec) => {
      const time = { timestampField: 'at', interval: '5m' }
      const drawing = specDrawing(spec, time)
      const view: ViewState = { ...FIRST_VIEW, view: 'aggregate', index: 'visits' }
      const words = commandWords(view, { nowMs: NOW, timestampField: 'at', drawing })
      const { options, isUnderstood } = await understood(words)
      expect(isUnderstood).toBe(true)
      const json = options['aggs']
      if (typeof json === 'string') expect(parseExact(json)).toEqual(specAggs(spec, time))
    }),
    { numRuns: 60 },
  )
})

test('the program understands the words of every search as they are meant', async () => {
  await fc.assert(
    fc.asyncProperty(state, async (view) => {
      const words = commandWords(view, { nowMs: NOW, timestampField: 'at' })
      const { command, options } = await understood(words)
      expect(command).toBe(view.view === 'tail' ? 'tail' : 'search')
      expect(options['index']).toBe(view.index || undefined)
      const query = view.query.trim()
      if (query.startsWith('-')) expect(options['query']).toBe(query)
      else expect(words.includes(query)).toBe(query !== '' && query !== '*')
      expect(options['since']).toBe(view.from === '2026-11-23' ? '2026-11-23T00:00:00Z' : view.from)
      expect(options['fields']).toBe(view.columns.length === 2 ? 'a.b,c d' : undefined)
    }),
  )
})

describe('in a terminal', () => {
  let stack: SearchStack
  beforeAll(async () => {
    stack = await searchStack()
  }, 60_000)
  afterAll(() => stack.remove())

  /** What the built program counts, given the words that a real shell makes of the line. */
  async function counted(line: string): Promise<number> {
    const [, ...words] = shellWords(line)
    return Number(await stack.ok(...words, '--count', '--data-dir', 'data'))
  }

  test.each<[count: number, change: Partial<ViewState>]>([
    [60, {}],
    [20, { query: 'level:error' }],
    [40, { query: '-level:error' }],
    [1, { query: String.raw`message:"a \\\"quoted\\\", odd"` }],
    [1, { query: 'id:18446744073709551614' }],
    [
      12,
      { query: 'level:error OR tags:c', from: '2026-11-23T04:00:10Z', to: '2026-11-23T04:00:28Z' },
    ],
    [
      1,
      { from: '2026-11-23T04:00:07.000000007Z', to: '2026-11-23T04:00:07.000000008Z', sort: 'asc' },
    ],
  ])('the command line finds the %d that the page finds for %o', async (count, change) => {
    const view: ViewState = { ...FIRST_VIEW, index: 'visits', tz: 'utc', ...change }
    const { from, to } = rangeBounds(resolveRange(view, NOW, view.tz))
    const wish = { query: view.query, from, to, sort: view.sort, timestampField: 'at' }
    const body = hitsBody(wish, undefined)
    const asPage = await stack.run(
      ['search', '--es', '-', '--index', 'visits', '--json', '--data-dir', 'data'],
      {},
      stringifyExact(body),
    )
    expect(readHits(parseExact(asPage.stdout)), asPage.stderr).toHaveLength(count)
    const words = commandWords(view, { nowMs: NOW, timestampField: 'at' })
    expect(await counted(shellLine(words))).toBe(count)
  })
})
