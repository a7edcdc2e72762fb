import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DOC_COUNT, searchStack, type SearchStack } from './search-stack.ts'

let stack: SearchStack

beforeAll(async () => {
  stack = await searchStack()
})

afterAll(() => stack.remove())

async function project(): Promise<Record<string, unknown>> {
  const text = await readFile(`${stack.folder}/qw-lambda.json`, 'utf8')
  return JSON.parse(text) as Record<string, unknown>
}

describe('searches with a name', () => {
  test('are kept in the project file, found, changed and forgotten', async () => {
    const before = await project()
    const saved = await stack.run(['search', 'level:error', '-n', '3', '--save', 'errors'])
    expect(saved.exitCode, saved.stderr).toBe(0)
    expect(saved.stderr).toContain('saved in qw-lambda.json\nqw-lambda search --saved errors\n')
    expect(saved.stdout.split('\n')).toHaveLength(5)
    expect(await project()).toEqual({
      ...before,
      queries: { errors: { query: 'level:error', 'max-hits': '3' } },
    })
    expect(await stack.ok('search', '--saved', 'errors', '--count')).toBe('20\n')
    expect(await stack.ok('search', '--saved', 'errors', 'user', '--format', 'ndjson')).toMatch(
      /^(\{.*"level":"error".*\}\n){3}$/,
    )
    const again = await stack.run(['search', '--saved', 'errors', '-n', '1', '--save', 'errors'])
    expect(again.stderr).toContain('in place of: level:error --max-hits 3')
    expect(await stack.ok('search', '--list-saved')).toBe(
      'name\tsearch\tfrom\nerrors\tlevel:error --max-hits 1\tqw-lambda.json\n',
    )
    expect(JSON.parse(await stack.ok('search', '--list-saved', '--json'))).toEqual([
      {
        name: 'errors',
        flags: { query: 'level:error', 'max-hits': '1' },
        from: 'qw-lambda.json',
        finds: null,
      },
    ])
    expect(await stack.ok('complete', 'saved')).toBe('errors\n')
    expect(await stack.ok('search', '--forget', 'errors')).toContain('forgot errors')
    expect(await project()).toEqual(before)
  })

  test('drawings are kept too; tail shows the documents of one', async () => {
    await stack.ok('search', 'level:error', '--terms', 'level', '--save', 'by-level')
    expect(await stack.ok('search', '--saved', 'by-level')).toBe('level\tcount\nerror\t20\n')
    const followed = ['tail', '--saved', 'by-level', '-n', '2', '--max-duration', '100ms']
    expect(await stack.ok(...followed, '--format', 'ndjson')).toMatch(/^(\{.*error.*\}\n){2}$/)
    await stack.ok('search', '--forget', 'by-level')
  })

  test('what is wrong is said before anything is kept', async () => {
    const before = await project()
    const wrong: (readonly [string[], string])[] = [
      [['a:[', '--save', 'x'], 'QUERY-SYNTAX'],
      [['--sort', 'nowhere', '--save', 'x'], 'QUERY-FIELD'],
      [['--save', '1 x'], 'USAGE'],
      [['--saved', 'nothing'], 'USAGE'],
      [['--forget', 'nothing'], 'USAGE'],
    ]
    for (const [args, code] of wrong) {
      const { exitCode, stderr } = await stack.run(['search', ...args])
      expect([exitCode, stderr], args.join(' ')).toEqual([2, expect.stringContaining(code)])
    }
    expect(await project()).toEqual(before)
  })

  test('a file that somebody wrote is checked', async () => {
    const before = await readFile(`${stack.folder}/qw-lambda.json`, 'utf8')
    const write = (queries: unknown): Promise<void> =>
      writeFile(
        `${stack.folder}/qw-lambda.json`,
        JSON.stringify({ ...(JSON.parse(before) as object), queries }),
      )
    await write({ mine: { query: '*', histogramm: '1h' } })
    const unknown = await stack.run(['search', '--saved', 'mine'])
    expect(unknown.stderr).toContain('did you mean `histogram`?')
    await write({ mine: ['*'] })
    const list = await stack.run(['search', '--list-saved'])
    expect(list.stderr).toContain('`queries.mine`: expected an object')
    await writeFile(`${stack.folder}/qw-lambda.json`, before)
  })
})

test('an index of a ready mapping has that one’s examples', async () => {
  const line = '10.0.0.1 - - [23/Nov/2026:04:00:00 +0000] "GET /a HTTP/1.1" 500 12 "-" "curl/8"\n'
  await writeFile(`${stack.folder}/access.log`, line)
  await stack.ok('ingest', 'access.log', '--index', 'web', '--create')
  const listed = await stack.ok('search', '--index', 'web', '--list-saved')
  expect(listed).toMatch(/nginx-1\t'status:>=500'\ttemplate nginx: requests that failed/)
  expect(await stack.ok('search', '--index', 'web', '--saved', 'nginx-1', '--count')).toBe('1\n')
  expect(await stack.ok('search', '--index', 'visits', '--count')).toBe(`${DOC_COUNT}\n`)
})
