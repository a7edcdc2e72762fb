import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DOC_COUNT, LARGE_ID, searchStack, type SearchStack } from './search-stack.ts'

let stack: SearchStack

beforeAll(async () => {
  stack = await searchStack()
})

afterAll(() => stack.remove())

describe.concurrent('--jq', () => {
  test('implies JSON in every command that prints it', async () => {
    expect(await stack.ok('search', 'level:error', '-n', '1', '--jq', '.hits[].id')).toBe(
      `${LARGE_ID - 57n}\n`,
    )
    expect(await stack.ok('search', '--terms', 'level', '--jq', '.aggregations|keys')).toBe(
      '["terms"]\n',
    )
    expect(await stack.ok('status', '--jq', '.indexes[].docs')).toBe(`${DOC_COUNT}\n`)
    expect(await stack.ok('index', 'list', '--jq', '.[].id')).toBe('visits\n')
    expect(await stack.ok('fields', '--jq', '.fields|map(.name)|index("level")')).toMatch(/^\d+\n$/)
  })

  test('sees every page of --all as one document, and each hit with ndjson', async () => {
    expect(await stack.ok('search', '--all', '--jq', '.hits|length')).toBe(`${DOC_COUNT}\n`)
    const lines = await stack.ok('search', '--all', '--format', 'ndjson', '--jq', '.level')
    expect(lines.split('\n').slice(0, 3)).toEqual(['info', 'info', 'error'])
    expect(lines.split('\n')).toHaveLength(DOC_COUNT + 1)
  })

  test('follows with tail, a document at a time', async () => {
    const args = ['tail', '-n', '2', '--max-duration', '200ms', '--jq', '.message']
    expect(await stack.ok(...args)).toBe('user 58 opened the door\nuser 59 opened the door\n')
  })

  test('a wrong program is one error for people, and one line for programs that ask for it', async () => {
    const wrong = await stack.run(['teardown', '--confirm', 'shop', '--jq', '.['])
    expect([wrong.exitCode, wrong.stdout]).toEqual([2, ''])
    expect(wrong.stderr).toMatch(/^✗ --jq: .*\n {2}Why {3}\.\[\n {9}\^\n {2}Fix/)
    const json = await stack.run(['search', '--json', '--jq', '.hits.a'])
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: 'QWL-USAGE', exit: 2 } })
    // Nothing was torn down.
    expect(await stack.ok('search', '--count')).toBe(`${DOC_COUNT}\n`)
  })

  test('another format is refused; a standing preference for one gives way', async () => {
    const csv = await stack.run(['search', '--jq', '.', '--format', 'csv'])
    expect([csv.exitCode, csv.stderr]).toEqual([2, expect.stringContaining('not on csv')])
    const preferred = await stack.run(['search', '--jq', '.num_hits'], { QWL_FORMAT: 'csv' })
    expect(preferred.stdout).toBe(`${DOC_COUNT}\n`)
  })
})
