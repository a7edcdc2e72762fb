import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROGRAM, startCli } from '../cli-process.ts'
import { DOC_COUNT, LARGE_ID, searchStack, START_NS, type SearchStack } from './search-stack.ts'

let stack: SearchStack

beforeAll(async () => {
  stack = await searchStack()
})

afterAll(() => stack.remove())

describe.concurrent('formats: stdout is the answer and nothing else', () => {
  test('json is one compact document with every digit of large integers', async () => {
    const stdout = await stack.ok('search', 'level:error', '--json', '-n', '1')
    expect(stdout).toMatch(/^\{"num_hits":20,"hits":\[\{[^\n]*\}\n$/)
    expect(stdout).toContain(`"at":${START_NS + 57_000_000_057n}`)
    expect(stdout).toContain(`"id":${LARGE_ID - 57n}`)
  })

  test('ndjson, csv, tsv and line keep every digit too', async () => {
    for (const format of ['ndjson', 'csv', 'tsv', 'line', 'raw', 'table']) {
      const stdout = await stack.ok(
        'search',
        'user',
        '--format',
        format,
        '-n',
        '1',
        '--sort',
        'id:desc',
      )
      expect(stdout).toContain(`${LARGE_ID}`)
      const isForReading = format === 'line'
      expect(stdout).toContain(isForReading ? '2026-11-23 04:00:00' : `${START_NS}`)
    }
  })

  test('csv follows RFC 4180: dotted names, quoted quotes and line breaks, CRLF', async () => {
    const stdout = await stack.ok('search', 'odd', '--format', 'csv')
    expect(stdout).toBe(
      'at,message,id,level,place.city,tags\r\n' +
        `${START_NS + 7_000_000_007n},"a ""quoted"", odd\nmessage",${LARGE_ID - 7n},info,Rome,"[""c""]"\r\n`,
    )
  })

  test('a table in a pipe is its rows with tabs: a header, nothing cut, no colour', async () => {
    const stdout = await stack.ok('search', 'user', '-n', '2')
    const lines = stdout.split('\n')
    expect(lines[0]).toBe('at\tmessage\tid\tlevel\tplace.city\ttags')
    expect(lines[1]?.split('\t')).toHaveLength(6)
    expect(lines).toHaveLength(4)
    expect(stdout).not.toContain('\u001b')
  })

  test('raw has neither header nor names', async () => {
    expect(await stack.ok('search', 'odd', '--format', 'raw', '--fields', 'level,place.city')).toBe(
      'info\tRome\n',
    )
  })

  test('--fields choose columns, and what a line of ndjson keeps', async () => {
    const stdout = await stack.ok(
      'search',
      'odd',
      '--format',
      'ndjson',
      '--fields',
      'place.city,level',
    )
    expect(stdout).toBe('{"level":"info","place":{"city":"Rome"}}\n')
  })

  test('the footer goes to stderr, and nowhere with --json or --quiet', async () => {
    const table = await stack.run(['search', 'level:error', '-n', '2'])
    expect(table.stderr).toMatch(/^2 of 20 hits · .* · 1 of 1 splits · via local · \$0\n$/)
    expect((await stack.run(['search', 'level:error', '--json'])).stderr).toBe('')
    expect((await stack.run(['search', 'level:error', '--quiet'])).stderr).toBe('')
  })

  test('--json --meta wraps request and response unchanged', async () => {
    const stdout = await stack.ok('search', 'level:error', '--json', '--meta', '-n', '1')
    expect(stdout).toContain(`"id":${LARGE_ID - 57n}`)
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'qw-lambda/search/1',
      request: { query: 'level:error', max_hits: 1 },
      response: { num_hits: 20 },
      meta: { via: 'local', index: 'visits', splits: { total: 1, searched: 1 }, cost_usd: 0 },
    })
  })

  test('--count is the number', async () => {
    expect(await stack.ok('search', 'level:error', '--count')).toBe('20\n')
    expect(await stack.ok('search', '--count', '-Q', '-level:error')).toBe('40\n')
  })
})

describe.concurrent('where the query comes from', () => {
  test('stdin, a file, or text that begins with a dash', async () => {
    expect((await stack.run(['search', '-', '--count'], {}, 'level:error\n')).stdout).toBe('20\n')
    await writeFile(join(stack.folder, 'query.txt'), 'level:info\n')
    expect(await stack.ok('search', '--query-file', 'query.txt', '--count')).toBe('40\n')
  })

  test('a redirect that the shell took out of an unquoted query is caught before searching', async () => {
    const file = join(stack.folder, '5')
    const descriptor = openSync(file, 'w')
    const child = spawn(process.execPath, [PROGRAM, 'search', 'id:'], {
      cwd: stack.folder,
      stdio: ['ignore', descriptor, 'pipe'],
    })
    let stderr = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    const exitCode = await new Promise((resolve) => child.on('close', resolve))
    closeSync(descriptor)
    expect(exitCode).toBe(2)
    expect(stderr).toContain('took `>` as a redirect')
    expect(stderr).toContain(`search 'id:>`)
    expect(await readFile(file, 'utf8')).toBe('')
  })

  test('--body and --es send what they are given', async () => {
    const native = await stack.run(
      ['search', '--body', '-', '--json'],
      {},
      '{"query":"level:error","max_hits":0,"format":"json"}',
    )
    expect(native.stdout).toMatch(/^\{"num_hits":20,"hits":\[\],/)
    const elastic = await stack.run(
      ['search', '--es', '-', '--json'],
      {},
      '{"query":{"term":{"level":"error"}},"size":0}',
    )
    expect(JSON.parse(elastic.stdout)).toMatchObject({
      hits: { total: { value: expect.any(Number) as number } },
    })
    const table = await stack.run(
      ['search', '--es', '-'],
      {},
      '{"query":{"term":{"level":"error"}},"size":3}',
    )
    expect(table.stdout.split('\n')).toHaveLength(5)
  })
})

describe.concurrent('time, order and paging', () => {
  test('a time range is exact below a second', async () => {
    // Document n lies n nanoseconds after its second.
    const from = '2026-11-23T04:00:05.000000005Z'
    expect(
      await stack.ok(
        'search',
        '--since',
        from,
        '--until',
        '2026-11-23T04:00:07.000000007Z',
        '--count',
      ),
    ).toBe('2\n')
    expect(
      await stack.ok(
        'search',
        '--from',
        '2026-11-23T04:00:05.000000006Z',
        '--to',
        '2026-11-23T04:00:07.000000008Z',
        '--count',
      ),
    ).toBe('2\n')
    expect(await stack.ok('search', '--since', `${START_NS + 59_000_000_059n}`, '--count')).toBe(
      '1\n',
    )
  })

  test('newest first by default; --sort in our spelling and in the API’s', async () => {
    const first = async (...args: string[]): Promise<string | undefined> =>
      (
        await stack.ok('search', '*', '-n', '1', '--format', 'raw', '--fields', 'message', ...args)
      ).trim()
    expect(await first()).toBe('user 59 opened the door')
    expect(await first('--sort', 'at:asc')).toBe('user 0 opened the door')
    expect(await first('--sort', '-at')).toBe('user 0 opened the door')
    expect(await first('--offset', '1')).toBe('user 58 opened the door')
  })

  test('--all gives every hit once, in any format, and stops at -n', async () => {
    const ndjson = await stack.ok('search', '*', '--all', '--format', 'ndjson')
    const ids = ndjson
      .trimEnd()
      .split('\n')
      .map((line) => /"id":(\d+)/.exec(line)?.[1])
    expect(new Set(ids).size).toBe(DOC_COUNT)
    const json = JSON.parse(await stack.ok('search', 'level:error', '--all', '--json')) as {
      num_hits: number
      hits: unknown[]
    }
    expect([json.num_hits, json.hits.length]).toEqual([20, 20])
    expect(
      (await stack.ok('search', '*', '--all', '--format', 'csv', '-n', '12'))
        .trimEnd()
        .split('\r\n').length,
    ).toBeGreaterThan(12)
  })

  test('a reader that closes the pipe early ends the program quietly', async () => {
    const child = startCli(['search', '*', '--all', '--format', 'ndjson'], { cwd: stack.folder })
    child.stdout.once('data', () => child.stdout.destroy())
    const [exitCode, stderr] = await new Promise<[number | null, string]>((resolve) => {
      let text = ''
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      child.on('close', (code) => resolve([code, text]))
    })
    expect(exitCode).toBe(0)
    expect(stderr).not.toContain('✗')
  })
})

describe.concurrent('aggregations', () => {
  test('a histogram in a pipe is one row a bucket, gaps kept, with a column for each series', async () => {
    const stdout = await stack.ok(
      'search',
      'level:error',
      '--histogram',
      '1s',
      '--by',
      'level',
      '--until',
      '2026-11-23T04:00:05Z',
    )
    expect(stdout).toBe(
      'time\tcount\terror\n' +
        '2026-11-23T04:00:00Z\t1\t1\n2026-11-23T04:00:01Z\t0\t0\n2026-11-23T04:00:02Z\t0\t0\n' +
        '2026-11-23T04:00:03Z\t1\t1\n2026-11-23T04:00:04Z\t0\t0\n',
    )
  })

  test.each([
    ['month', '30d'],
    ['1M', '30d'],
    ['1w', '7d'],
    ['1.5h', '90m'],
  ])('--histogram %s is refused with the width to type', async (width, instead) => {
    const { stderr, exitCode } = await stack.run(['search', '--histogram', width])
    expect(exitCode).toBe(2)
    expect(stderr).toContain(`--histogram takes a width such as 30s, 5m or 1d, not \`${width}\``)
    expect(stderr).toContain(`--histogram ${instead}`)
  })

  test('a day that no calendar has is no time, whatever asks for it', async () => {
    const [since, query] = await Promise.all([
      stack.run(['search', '--since', '2024-02-30']),
      stack.run(['search', 'at:>=2024-02-30']),
    ])
    expect(since.stderr).toContain('--since `2024-02-30` is no time')
    expect(query.stderr).toContain('Expected `datetime` boundary for field `at`, got `2024-02-30`')
  })

  test('the query may follow --histogram', async () => {
    const stdout = await stack.ok('search', '--histogram', 'level:error')
    const counts = stdout
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => Number(line.split('\t')[1]))
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(20)
  })

  test('terms, stats and percentiles', async () => {
    expect(await stack.ok('search', '--terms', 'level')).toBe('level\tcount\ninfo\t40\nerror\t20\n')
    expect(await stack.ok('search', '--terms', 'level:1')).toBe(
      'level\tcount\ninfo\t40\n(other)\t20\n',
    )
    expect(await stack.ok('search', '--stats', 'at', '--format', 'csv')).toMatch(
      /^field,count,min,max,avg,sum\r\nat,60,/,
    )
    expect(await stack.ok('search', '--percentiles', 'id:50')).toMatch(
      /^percentile\tid\n50\t1\.8446744\d+e\+?19\n$|^percentile\tid\n50\t\d+/,
    )
  })

  test('--aggs is drawn by nesting, and raw with --json', async () => {
    const aggs = '{"levels":{"terms":{"field":"level"},"aggs":{"first":{"min":{"field":"at"}}}}}'
    expect(await stack.ok('search', '--aggs', aggs)).toMatch(
      /^path\tcount\tfirst\nlevels > info\t40\t.+\nlevels > error\t20\t.+\n$/,
    )
    const json = JSON.parse(await stack.ok('search', '--aggs', aggs, '--json')) as {
      aggregations: unknown
    }
    expect(json.aggregations).toHaveProperty('levels.buckets')
  })

  test('a field that is not fast is refused with the mapping line to add', async () => {
    const { exitCode, stderr, stdout } = await stack.run(['search', '--terms', 'message'])
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(stderr).toContain('- name: message\n')
    expect(stderr).toContain('fast: true')
  })
})

test('colour and width follow NO_COLOR, FORCE_COLOR and COLUMNS also where there is no terminal', async () => {
  const args = ['search', 'user', '--format', 'line', '-n', '1']
  expect((await stack.run(args, { FORCE_COLOR: '1' })).stdout).toContain('\u001b[')
  expect((await stack.run(args, { FORCE_COLOR: '1', NO_COLOR: '1' })).stdout).not.toContain(
    '\u001b[',
  )
  const chart = await stack.run(['search', '--histogram', '10s', '--format', 'line'], {
    COLUMNS: '40',
  })
  expect(chart.stdout).toContain('█')
  for (const line of chart.stdout.trimEnd().split('\n').slice(0, -1))
    expect(line.length).toBeLessThanOrEqual(40)
})
