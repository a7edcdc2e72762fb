import { describe, expect, test } from 'vitest'
import { parseJson, type JsonObject, type JsonValue } from '../../engine/bytes/json.ts'
import { parseQueryString } from '../../engine/query/query-string.ts'
import type { Output } from '../format/streams.ts'
import { styleFor } from '../format/style.ts'
import { forTerminal, unmarked } from '../format/visible.ts'
import { showAggs } from './aggs-view.ts'
import { dateNs, flattenHit, humanCell } from './cells.ts'
import { columnsOf, stableColumnsOf } from './columns.ts'
import { writeDrawn } from './drawing.ts'
import { FollowedWriter } from './followed-writer.ts'
import { highlighterFor, NO_HIGHLIGHT } from './highlight.ts'
import { showHistogram } from './histogram-view.ts'
import { HitsWriter, type HitsView } from './hits-view.ts'
import type { IndexFacts } from '../stack/index-facts.ts'
import { parsePercentiles } from './metrics-view.ts'
import { parseQuery } from './query-text.ts'
import { snippetText } from './snippets.ts'
import { showTerms } from './terms-view.ts'

const UTC = { kind: 'named', name: 'UTC' } as const

interface Screen extends Output {
  readonly written: string[]
}

function screen(
  changes: { columns?: number; colored?: boolean; isTerminal?: boolean } = {},
): Screen {
  const { columns = 60, colored = false, isTerminal = true } = changes
  const written: string[] = []
  const style = styleFor({
    isTerminal,
    choice: colored ? 'always' : 'never',
    ascii: false,
    env: { LANG: 'C.UTF-8' },
  })
  const write = (text: string | Uint8Array): Promise<void> => {
    const shown = isTerminal ? forTerminal(String(text), style) : unmarked(String(text))
    written.push(shown)
    return Promise.resolve()
  }
  return { isTerminal, columns, style, write, written }
}

const FACTS: IndexFacts = {
  indexId: 'logs',
  timestampField: 'at',
  defaultSearchFields: ['body'],
  hasFieldPresence: false,
  fields: [
    {
      path: 'level',
      type: 'text',
      fast: true,
      stored: true,
      outputFormat: undefined,
      isWhole: false,
    },
    {
      path: 'at',
      type: 'datetime',
      fast: true,
      stored: true,
      outputFormat: 'unix_timestamp_nanos',
      isWhole: false,
    },
    {
      path: 'body',
      type: 'text',
      fast: false,
      stored: true,
      outputFormat: undefined,
      isWhole: false,
    },
    {
      path: 'more',
      type: 'json',
      fast: false,
      stored: true,
      outputFormat: undefined,
      isWhole: false,
    },
  ],
}

function hit(text: string): { doc: JsonObject } {
  // Written as an object just above.
  return { doc: parseJson(text) as JsonObject }
}

const HITS = [
  hit(
    '{"level":"error","at":1795406400000000001,"body":"the door opened","more":{"a":1},"id":18446744073709551615}',
  ),
  hit('{"level":"info","at":1795406401000000000,"body":"it closed","id":7}'),
]

function view(changes: Partial<HitsView>): HitsView {
  return {
    format: 'table',
    fields: [],
    facts: FACTS,
    zone: UTC,
    longCells: 'cut',
    highlight: NO_HIGHLIGHT,
    ...changes,
  }
}

async function written(changes: Partial<HitsView>, out: Screen, hits = HITS): Promise<string> {
  await new HitsWriter(view(changes), out).write(hits)
  return out.written.join('')
}

describe('hits on a screen', () => {
  test('time first, then what is searched by default; numbers stand at the right', async () => {
    expect(await written({}, screen({ columns: 100 }))).toBe(
      [
        '                           at  body             level  more.a                    id',
        '2026-11-23 04:00:00.000000001  the door opened  error       1  18446744073709551615',
        '          2026-11-23 04:00:01  it closed        info                              7',
        '',
      ].join('\n'),
    )
  })

  test('a narrow window shows fewer columns and counts the rest', async () => {
    const out = screen({ columns: 40 })
    const writer = new HitsWriter(view({}), out)
    await writer.write(HITS)
    expect(writer.hiddenColumns).toBe(2)
    for (const line of out.written.join('').split('\n')) expect(line.length).toBeLessThanOrEqual(40)
  })

  test('one hit is shown as names and values', async () => {
    expect(await written({}, screen(), HITS.slice(1))).toBe(
      '   at  2026-11-23 04:00:01\n body  it closed\nlevel  info\n   id  7\n',
    )
  })

  test('an escape sequence in a document does not reach the terminal', async () => {
    const text = await written({}, screen(), [hit('{"body":"a\\u001b[2Jb"}')])
    expect(text).toBe('body  a␛[2Jb\n')
  })

  test('a column that comes after the header is named', async () => {
    const writer = new HitsWriter(view({ format: 'csv' }), screen({ isTerminal: false }))
    await writer.write(HITS)
    await writer.write([hit('{"at":1,"late":true}')])
    expect(writer.leftOut).toEqual(['late'])
  })

  test('columns of a file do not depend on the hits', () => {
    expect(stableColumnsOf([], FACTS)).toEqual(['at', 'body', 'level'])
    expect(
      columnsOf(
        [
          new Map<string, JsonValue>([
            ['x', 1],
            ['body', 'b'],
          ]),
        ],
        FACTS,
      ),
    ).toEqual(['body', 'x'])
  })

  test('levels have their colour, in a table, a line and a log, and none without colour', async () => {
    const [red, green, end] = ['\u001B[31m', '\u001B[32m', '\u001B[39m']
    const colored = await written({}, screen({ columns: 100, colored: true }))
    expect(colored).toContain(`${red}error${end}`)
    expect(colored).not.toContain('␛')
    const wrapped = await written({ longCells: 'wrap' }, screen({ columns: 40, colored: true }))
    expect(wrapped).not.toContain('␛')
    expect(colored).toContain(`${green}info${end}`)
    expect(await written({ format: 'line' }, screen({ colored: true }))).toContain(`${red}error`)
    const out = screen({ columns: 80, colored: true })
    await new FollowedWriter({ view: view({}), withTime: false }, out).write([{ ...HITS[1]?.doc }])
    expect(out.written.join('')).toContain(`level=\u001B[22m${green}info${end}`)
    expect(await written({}, screen({ columns: 100 }))).not.toContain('\u001B')
    expect(await written({ format: 'csv' }, screen({ colored: true }))).not.toContain('\u001B')
  })

  test('followed documents are lines like those of a log', async () => {
    const out = screen({ columns: 46 })
    await new FollowedWriter({ view: view({}), withTime: false }, out).write([{ ...HITS[1]?.doc }])
    expect(out.written.join('')).toBe('it closed  level=info  id=7\n')
  })
})

test('dates are exact in every numeric format', () => {
  expect(dateNs(1_795_406_400_000_000_001n, 'unix_timestamp_nanos')).toBe(
    1_795_406_400_000_000_001n,
  )
  expect(dateNs(1_795_406_400, 'unix_timestamp_secs')).toBe(1_795_406_400_000_000_000n)
  expect(dateNs('2026-11-23T04:00:00Z', 'rfc3339')).toBe(1_795_406_400_000_000_000n)
  expect(
    humanCell(
      '23/11/26',
      {
        path: 'at',
        type: 'datetime',
        fast: true,
        stored: true,
        outputFormat: '%d/%m/%y',
        isWhole: false,
      },
      UTC,
    ),
  ).toBe('23/11/26')
})

test('a key with a dot and a nested one of the same path are two columns', () => {
  const hit = (json: string) => [...flattenHit(parseJson(json) as JsonObject).entries()]
  expect(hit('{"a.b":1,"a":{"b":2}}')).toEqual([
    ['a.b', 2],
    ['a\\.b', 1],
  ])
  expect(hit('{"a":{"b":2},"a.b":1}')).toEqual([
    ['a.b', 2],
    ['a\\.b', 1],
  ])
  expect(hit('{"a.b":1}')).toEqual([['a.b', 1]])
})

describe('marking matches', () => {
  const marked = (query: string, text: string, path = 'body'): string =>
    highlighterFor(
      parseQueryString(query, { defaultOperator: 'and' }),
      ['body'],
      (match) => `[${match}]`,
    ).mark(text, path)

  test.each([
    ['door', 'The Door, doors', 'The [Door], doors'],
    ['"door opened"', 'door opened, door', '[door opened], door'],
    ['doo*', 'door doorbell floor', '[door] [doorbell] floor'],
    ['door -floor', 'door floor', '[door] floor'],
    ['body:a.b', 'a.b axb', '[a.b] axb'],
    ['größe', 'GRÖSSE Größe', 'GRÖSSE [Größe]'],
    ['*', 'anything', 'anything'],
    ['level:door', 'door', 'door'],
  ])('%s in %s', (query, text, expected) => {
    expect(marked(query, text)).toBe(expected)
  })

  test('a clause marks its own field and what is below it', () => {
    expect(marked('more:x', 'x', 'more.a')).toBe('[x]')
    expect(marked('door', 'door', 'level')).toBe('door')
  })

  test('snippets are bold, or in «…» without colour', () => {
    const fragments = ['a &lt;b&gt; <b>it&#x27;s</b>', '<b>x</b>']
    expect(snippetText(fragments, screen().style)).toBe("a <b> «it's» … «x»")
    expect(unmarked(snippetText(fragments, screen({ colored: true }).style))).toContain(
      "\u001b[1mit's\u001b[22m",
    )
  })
})

describe('aggregations on a screen', () => {
  const interval = { ms: 3_600_000, text: '1h' }
  const at = Date.UTC(2026, 10, 23, 4)

  test('a bucket that is not over yet, or reaches beyond what was searched, is marked', () => {
    const buckets = [0, 1, 2].map((i) => ({
      key: at + i * interval.ms,
      key_as_string: `${i}`,
      doc_count: 4,
    }))
    const request = { timestampField: 'at', interval, by: undefined, bounds: undefined }
    const space = {
      out: screen({ columns: 80 }),
      zone: UTC,
      searched: { startMs: at + 1, endMs: Infinity },
      nowMs: at + 2.5 * interval.ms,
    }
    const lines = showHistogram({ histogram: { buckets } }, request, space).screen().split('\n')
    expect(lines[0]).toMatch(/^2026-11-23 04:00 {2}█+ +4 {2}33\.3 % \(part\)$/)
    expect(lines[1]).toMatch(/33\.3 %$/)
    expect(lines[2]).toMatch(/\(so far\)$/)
    expect(lines[3]).toBe('12 documents · 3 buckets of 1h · UTC')
  })

  test('bars by level are stacked in the colours of the levels', () => {
    const histogram = { buckets: [{ key: at, key_as_string: 'x', doc_count: 2 }] }
    const by = {
      buckets: ['error', 'info'].map((key) => ({
        key,
        histogram: { buckets: [{ key: at, doc_count: 1 }] },
      })),
    }
    const request = {
      timestampField: 'at',
      interval,
      by: { field: 'level', size: 2 },
      bounds: undefined,
    }
    const out = screen({ columns: 80, colored: true })
    const space = { out, zone: UTC, searched: { startMs: at, endMs: Infinity }, nowMs: Infinity }
    const drawn = unmarked(showHistogram({ histogram, by }, request, space).screen())
    expect(drawn).toContain('\u001B[31m█\u001B[39m error  \u001B[32m█\u001B[39m info')
  })

  test('terms end with the rest and with how far counts may be off', () => {
    const terms = {
      buckets: [{ key: 'a', doc_count: 3 }],
      sum_other_doc_count: 2,
      doc_count_error_upper_bound: 1,
    }
    const drawn = showTerms({ terms }, 'level', screen())
    expect(drawn.rows).toEqual([
      ['a', 3],
      ['(other)', 2],
    ])
    expect(drawn.screen()).toContain('1 value of level · counts may be too low by up to 1')
  })

  test('any other result is a tree: buckets below buckets, metrics in columns', () => {
    const result = parseJson(
      '{"by":{"buckets":[{"key":"a","doc_count":2,"m":{"value":1.5},"in":{"buckets":{"x":{"doc_count":1}}}}],"sum_other_doc_count":4},"s":{"count":2,"max":9.0}}',
    )
    const drawn = showAggs(result, screen())
    expect(drawn.rows.map((row) => row[0])).toEqual([
      'by > a',
      'by > a > in > x',
      'by > (other)',
      's > count',
      's > max',
    ])
    expect(drawn.screen()).toBe(
      [
        '           count    m  value',
        'by',
        '  a            2  1.5',
        '    in',
        '      x        1',
        '  (other)      4',
        's',
        '  count                    2',
        '  max                      9',
        '',
      ].join('\n'),
    )
  })

  test('as ndjson the rows are objects', async () => {
    const out = screen({ isTerminal: false })
    await writeDrawn(
      { columns: ['level', 'count'], rows: [['a', 3n]], screen: () => '' },
      'ndjson',
      out,
    )
    expect(out.written).toEqual(['{"level":"a","count":3}\n'])
  })

  test('--percentiles takes a field with percentages', () => {
    expect(parsePercentiles('took:50,99.9')).toEqual({ field: 'took', percents: [50, 99.9] })
    expect(parsePercentiles('a:b')).toEqual({ field: 'a:b', percents: [] })
    expect(() => parsePercentiles('took:101')).toThrow('between 0 and 100')
  })
})

describe('the caret under a mistake', () => {
  const why = (query: string): string | undefined => {
    try {
      parseQuery(query, false)
    } catch (error) {
      return error instanceof Error && 'why' in error ? String(error.why) : undefined
    }
    return undefined
  }

  test('stands under the character, wide ones counted twice', () => {
    expect(why('a:(b')).toBe('a:(b\n  ^')
    expect(why('"日本" AND (')).toMatch(/^"日本" AND \(\n {11,12}\^$/)
  })

  test('of a long query only the neighbourhood is shown', () => {
    const shown = why(`${'word '.repeat(40)}a:(b`)
    expect(shown?.startsWith('…')).toBe(true)
    expect(shown?.split('\n')[1]?.length).toBeLessThan(70)
  })

  test('of several lines only the one with the mistake', () => {
    expect(why('a:1\nAND b:(c')).toBe('AND b:(c\n      ^')
  })
})
