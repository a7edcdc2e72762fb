import { describe, expect, test } from 'vitest'
import { parseJson } from '../../engine/bytes/json.ts'
import { cursorAfter } from './all-hits.ts'
import { cursorBody } from './elastic-request.ts'
import { histogramAggs } from './histogram-view.ts'
import type { IndexFacts } from '../stack/index-facts.ts'
import { chooseInterval } from './interval.ts'
import { nativeBody, type NativeSearch } from './native-request.ts'
import { curlCommand, invokeCommand } from './print-request.ts'
import { elasticSort, nativeSort, parseSort } from './sort-keys.ts'
import { timeWindow } from './time-options.ts'

const NOW_MS = Date.UTC(2026, 10, 23, 4)

const FACTS: IndexFacts = {
  indexId: 'logs',
  timestampField: 'at',
  defaultSearchFields: ['body'],
  hasFieldPresence: false,
  fields: [
    {
      path: 'at',
      type: 'datetime',
      fast: true,
      stored: true,
      outputFormat: 'rfc3339',
      isWhole: false,
    },
    {
      path: 'size',
      type: 'u64',
      fast: true,
      stored: true,
      outputFormat: undefined,
      isWhole: false,
    },
  ],
}

function search(changes: Partial<NativeSearch>): unknown {
  const base: NativeSearch = {
    query: 'a OR b',
    maxHits: 20,
    offset: 0,
    sort: [{ field: 'at', order: 'desc' }],
    searchFields: [],
    snippetFields: [],
    window: timeWindow({}, NOW_MS),
    aggs: undefined,
  }
  return parseJson(nativeBody({ ...base, ...changes }, 'at'))
}

describe('the native request', () => {
  test('says only what differs from the defaults', () => {
    expect(search({})).toEqual({ query: 'a OR b', max_hits: 20, format: 'json', sort_by: 'at' })
    expect(search({ maxHits: 0 })).not.toHaveProperty('sort_by')
  })

  test('whole seconds are bounds; what is finer is a clause beside them', () => {
    const whole = timeWindow(
      { since: '2026-11-23T03:00:00Z', until: '2026-11-23T04:00:00Z' },
      NOW_MS,
    )
    expect(search({ window: whole })).toMatchObject({
      query: 'a OR b',
      start_timestamp: 1_795_402_800,
      end_timestamp: 1_795_406_400,
    })
    const fine = timeWindow(
      { from: '2026-11-23T03:00:00.25Z', to: '2026-11-23T03:00:00.75Z' },
      NOW_MS,
    )
    expect(search({ window: fine })).toMatchObject({
      query: '(a OR b) AND at:>=2026-11-23T03:00:00.25Z AND at:<2026-11-23T03:00:00.75Z',
      start_timestamp: 1_795_402_800,
      end_timestamp: 1_795_402_801,
    })
  })

  test('Unix numbers are echoed, since their unit was guessed', () => {
    expect(timeWindow({ since: '1795402800123' }, NOW_MS).notes).toEqual([
      '--since 1795402800123 is read as 2026-11-23T03:00:00.123Z',
    ])
  })
})

describe('--sort', () => {
  test('is written the other way round for the API', () => {
    const { keys, note } = parseSort('size:asc, at:desc')
    expect(nativeSort(keys)).toBe('-size,at')
    expect(note).toBeUndefined()
  })

  test('takes the API’s spelling with a note', () => {
    expect(parseSort('-size')).toMatchObject({
      keys: [{ field: 'size', order: 'asc' }],
      note: expect.stringContaining('size:asc') as string,
    })
    expect(parseSort('+size').keys).toEqual([{ field: 'size', order: 'desc' }])
  })

  test('in a cursor dates are nanoseconds and the document’s address is last', () => {
    expect(elasticSort(parseSort('at:asc').keys, FACTS)).toEqual([
      { at: { order: 'asc', format: 'epoch_nanos_int' } },
      { _doc: { order: 'asc' } },
    ])
  })
})

describe('reading on after a page', () => {
  test('the range of a cursor request is exact to the nanosecond', () => {
    const window = timeWindow({ since: '2026-11-23T03:00:00.000000001Z' }, NOW_MS)
    const body = cursorBody({
      query: 'x',
      searchFields: ['body'],
      window,
      timestampField: 'at',
      sort: [],
      size: 5,
      after: [1n],
      counts: false,
    })
    expect(body).toMatchObject({
      query: { bool: { filter: [{ range: { at: { gte: '2026-11-23T03:00:00.000000001Z' } } }] } },
      search_after: [1n],
    })
  })

  test('a key that the last hit lacks goes back in as null', () => {
    const keys = [
      { field: 'size', order: 'desc' },
      { field: 'at', order: 'desc' },
    ] as const
    expect(cursorAfter({ source: { size: 3, at: 9 }, sort: [3, 9, 'doc'] }, keys)).toEqual([
      3,
      9,
      'doc',
    ])
    expect(cursorAfter({ source: { at: 9 }, sort: [9, 'doc'] }, keys)).toEqual([null, 9, 'doc'])
    expect(cursorAfter({ source: {}, sort: ['doc'] }, keys)).toEqual([null, null, 'doc'])
  })
})

describe('the width of a bucket', () => {
  test.each([
    [60_000, 30, '5s'],
    [3_600_000, 30, '5m'],
    [86_400_000, 12, '3h'],
    [10, 30, '1ms'],
    [1e15, 30, '365d'],
  ])('%i ms in at most %i buckets: %s', (spanMs, most, expected) => {
    expect(chooseInterval(0, spanMs, most).text).toBe(expected)
  })

  test('series are asked for in whole, not by bucket', () => {
    const request = {
      timestampField: 'at',
      interval: { ms: 1_000, text: '1s' },
      by: { field: 'level', size: 2 },
      bounds: undefined,
    }
    expect(histogramAggs(request)).toMatchObject({
      by: { terms: { field: 'level', size: 2 }, aggs: { histogram: {} } },
    })
  })
})

describe('the same request for another client', () => {
  const address = {
    endpoint: 'https://x.test',
    needsKey: true,
    cloudStack: 'qw-lambda-shop',
    note: undefined,
  }

  test('curl, with the key as a variable and quotes that a shell reads back', () => {
    const text = curlCommand(
      { index: 'a,b*', dialect: 'native', body: `{"query":"it's"}` },
      address,
    )
    expect(text).toBe(
      `curl -sS --compressed 'https://x.test/api/v1/a%2Cb*/search' \\\n  -H 'content-type: application/json' \\\n` +
        `  -H "x-api-key: $QWL_API_KEY" \\\n  -d '{"query":"it'\\''s"}'\n`,
    )
  })

  test('invoke, as the event that the searcher knows', () => {
    const native = invokeCommand(
      { index: 'logs', dialect: 'native', body: '{"query":"a"}' },
      address,
    )
    expect(native).toContain(`--payload '{"index_id":"logs","query":"a"}' /dev/stdout`)
    const elastic = invokeCommand({ index: 'logs', dialect: 'elastic', body: '{}' }, address)
    expect(elastic).toContain(`"path":"/api/v1/_elastic/logs/_search"`)
    expect(() =>
      invokeCommand(
        { index: 'logs', dialect: 'native', body: '{}' },
        { ...address, cloudStack: undefined },
      ),
    ).toThrow('no function')
  })
})
