import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { finished, runCli, startCli } from '../cli-process.ts'
import { docLine, searchStack, type SearchStack } from './search-stack.ts'

let stack: SearchStack

beforeAll(async () => {
  stack = await searchStack()
})

afterAll(() => stack.remove())

describe('other clients', () => {
  test('--print curl writes a command that a shell can read back', async () => {
    const stdout = await stack.ok('search', `message:"it's"`, '--print', 'curl')
    expect(stdout).toContain(`curl -sS --compressed 'http://127.0.0.1:7280/api/v1/visits/search'`)
    expect(stdout).toContain(String.raw`it'\''s`)
  })

  test('--print invoke names the searcher’s stack', async () => {
    const stdout = await stack.ok('search', 'level:error', '--print', 'invoke')
    expect(stdout).toContain(`--stack-name 'qw-lambda-shop'`)
    expect(stdout).toContain('"index_id":"visits"')
  })

  test('an API over HTTP answers with the same bytes, with its key and without AWS', async () => {
    const serving = startCli(['serve', '--port', '17411', '--log', 'none'], { cwd: stack.folder })
    const done = finished(serving)
    const env = {
      QWL_ENDPOINT: 'http://127.0.0.1:17411/api/v1',
      QWL_API_KEY: 'k',
      QWL_INDEX: 'visits',
    }
    try {
      await untilServed(env)
      const args = ['search', 'level:error', '--json', '--index', 'visits', '-n', '3']
      const withoutTime = (text: string): string => text.replace(/"elapsed_time_micros":\d+/, '')
      const remote = await stack.run(args, env)
      expect(remote.exitCode).toBe(0)
      expect(withoutTime(remote.stdout)).toBe(withoutTime((await stack.run(args)).stdout))
      expect((await stack.run(['search', '*', '-n', '1'], env)).stderr).toContain('via api')
      expect((await stack.run(['search', '*', '--print', 'curl'], env)).stdout).toContain(
        '-H "x-api-key: $QWL_API_KEY"',
      )
    } finally {
      serving.kill('SIGTERM')
      await done
    }
  })

  test('an address where nothing listens exits 9', async () => {
    const result = await stack.run(['search', '*', '--index', 'visits'], {
      QWL_ENDPOINT: 'http://127.0.0.1:9',
    })
    expect(result.exitCode).toBe(9)
    expect(result.stderr).toMatch(/cannot reach http:\/\/127\.0\.0\.1:9/i)
  })
})

async function untilServed(env: Record<string, string>): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    if ((await stack.run(['search', '--count', '--index', 'visits'], env)).exitCode === 0) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('the server did not start')
}

describe('following', () => {
  test('shows the last 10, then what arrives; Ctrl-C prints totals and exits 0', async () => {
    const child = startCli(
      ['tail', 'level:error', '--every', '200ms', '--format', 'raw', '--fields', 'message'],
      { cwd: stack.folder },
    )
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    const result = finished(child)
    await until(() => stdout.includes('user 57 opened'))
    const before = stdout.trimEnd().split('\n').length
    const line = docLine(60).replace('user 60', 'late visitor')
    await runCli(['ingest', '-', '--index', 'visits'], { cwd: stack.folder, input: `${line}\n` })
    await until(() => stdout.includes('late visitor'))
    child.kill('SIGINT')
    const { exitCode, stderr } = await result
    expect(before).toBe(10)
    expect(exitCode).toBe(0)
    expect(stderr).toContain('following visits')
    expect(stderr).toMatch(/11 documents · /)
  })

  test('--max-duration ends it', async () => {
    const result = await stack.run([
      'search',
      '--follow',
      '--every',
      '100ms',
      '--max-duration',
      '300ms',
      '--format',
      'ndjson',
      '-n',
      '2',
    ])
    expect(result.exitCode).toBe(0)
    expect(result.stdout.trimEnd().split('\n')).toHaveLength(2)
    expect(result.stderr).toContain('stopped after --max-duration')
  })
})

async function until(isTrue: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 200 && !isTrue(); attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  expect(isTrue()).toBe(true)
}
