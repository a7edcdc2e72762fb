import { describe, expect, test } from 'vitest'
import { parseLogLine, type LogEntry } from './log-entry.ts'
import { selectEntries, type LogSelection } from './select-entries.ts'
import { groupErrors, invocationReports } from './summaries.ts'

const ORIGIN = { source: 'indexer', timeMs: 5 }

function entry(fields: Readonly<Record<string, unknown>>): LogEntry {
  return parseLogLine(JSON.stringify(fields), ORIGIN)
}

const ALL: LogSelection = {
  source: undefined,
  fromMs: undefined,
  toMs: undefined,
  level: undefined,
  grep: undefined,
  exclude: undefined,
  requestId: undefined,
  context: 0,
}

describe('a line', () => {
  test('of ours keeps its own time, function and invocation apart from the other fields', () => {
    const line = {
      time: '2026-11-23T04:00:00Z',
      source: 'api',
      request_id: 'r1',
      event: 'request',
      ms: 3,
    }
    expect(entry(line)).toMatchObject({
      timeMs: Date.UTC(2026, 10, 23, 4),
      source: 'api',
      requestId: 'r1',
      event: 'request',
      fields: { ms: 3 },
    })
  })

  test.each([
    [{ event: 'task-failed' }, 'error'],
    [{ event: 'commit', error: 'no space' }, 'error'],
    [{ event: 'request', status: 503 }, 'error'],
    [{ event: 'request', status: 404 }, 'warn'],
    [{ event: 'request', status: 200 }, 'info'],
    [{ level: 'WARNING', message: 'x' }, 'warn'],
  ])('%j has the level %s', (fields, level) => {
    expect(entry(fields).level).toBe(level)
  })

  test('of the platform is a message at the time that is known of it', () => {
    expect(parseLogLine('2026 Task timed out after 3 s', ORIGIN)).toMatchObject({
      timeMs: 5,
      level: 'error',
      fields: { message: '2026 Task timed out after 3 s' },
    })
  })
})

describe('a selection', () => {
  const entries = [1, 2, 3, 4, 5].map((n) =>
    entry({ time: new Date(n * 1_000).toISOString(), event: n === 3 ? 'x-failed' : 'ok', n }),
  )
  const numbers = (selection: Partial<LogSelection>): unknown[] =>
    selectEntries(entries, { ...ALL, ...selection }).map(({ fields }) => fields['n'])

  test('takes the start of its time range and leaves the end out', () => {
    expect(numbers({ fromMs: 2_000, toMs: 4_000 })).toEqual([2, 3])
  })

  test('shows lines around a match, each once', () => {
    expect(numbers({ level: 'error', context: 1 })).toEqual([2, 3, 4])
    expect(numbers({ grep: /ok/, context: 2 })).toEqual([1, 2, 3, 4, 5])
  })

  test('leaves out what is excluded', () => {
    expect(numbers({ exclude: /failed/ })).toEqual([1, 2, 4, 5])
  })
})

test('errors that differ in numbers and ids only are one group', () => {
  const groups = groupErrors([
    entry({ event: 'x-failed', error: 'split 01ARZ3NDEKTSV4RRFFQ69G5FAV of 123456 bytes is gone' }),
    entry({ event: 'x-failed', error: 'split 01BX5ZZKBKACTAV9WEVGEMMVRZ of 99999 bytes is gone' }),
    entry({ event: 'ok' }),
  ])
  expect(groups).toMatchObject([{ count: 2, message: 'x-failed: split <id> of <n> bytes is gone' }])
})

test('the closing line of an invocation is its report', () => {
  expect(
    invocationReports([entry({ event: 'source' }), entry({ ms: 12, cold: true, num_docs: 7 })]),
  ).toMatchObject([{ durationMs: 12, cold: true, docs: 7 }])
})
