import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { finished, runCli, startCli, type ProcessResult } from '../cli-process.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const RIGHT_KEY = 'right-key-canary-1'
const WRONG_KEY = 'wrong-key-canary-2'
const SECRET_KEY = 'aws/canary3/wJalrXUtnFEMIK7MDENGbPxRfiCYEXAM'
const SESSION = 'session-canary-4'

let folder: string
/** Everything that was printed. */
const printed: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qwl-secrets-'))
  await writeFile(join(folder, '.git'), '')
  await writeFile(join(folder, 'key.txt'), `${RIGHT_KEY}\n`)
  await writeFile(join(folder, 'app.ndjson'), '{"level":"error"}\n')
  const run = await cli([
    'init',
    '--target',
    'local',
    '--data',
    'files',
    '--from',
    'app.ndjson',
    '-y',
  ])
  expect(run.exitCode, run.stderr).toBe(0)
})

afterAll(() => rm(folder, { recursive: true, force: true }))

async function cli(args: readonly string[], env = {}): Promise<ProcessResult> {
  const run = await runCli(args, { cwd: folder, env: { HOME: folder, ...env } })
  printed.push(run.stdout, run.stderr)
  return run
}

/** What was printed and what lies in the folder, the given file of the key apart. */
async function placesWith(secret: string): Promise<string[]> {
  const found = printed.filter((text) => text.includes(secret))
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name)
    if (name === 'key.txt' || !(await stat(path)).isFile()) continue
    if ((await readFile(path, 'latin1')).includes(secret)) found.push(name)
  }
  return found
}

test('keys of the API are in no log, answer or file, whether they were right or wrong', async () => {
  const args = ['serve', '--api-key-file', 'key.txt', '--log', 'json', '-vv', '--no-generator']
  const server = startCli([...args, '--port', '0'], { cwd: folder, env: { HOME: folder } })
  const end = finished(server)
  const [line] = (await once(server.stdout, 'data')) as [string]
  const url = line.trim()
  const statuses: number[] = []
  for (const key of [RIGHT_KEY, WRONG_KEY]) {
    for (const headers of [
      { 'x-api-key': key },
      { authorization: `Bearer ${key}` },
      { authorization: `Basic ${Buffer.from(`user:${key}`).toString('base64')}` },
    ]) {
      const answer = await fetch(`${url}/api/v1/app/search?query=*`, { headers })
      statuses.push(answer.status)
      printed.push(await answer.text())
    }
    const env = { QWL_ENDPOINT: url, QWL_API_KEY: key }
    const search = await cli(['search', '*', '--via', 'api', '--index', 'app', '-vv'], env)
    expect(search.exitCode === 0, search.stderr).toBe(key === RIGHT_KEY)
  }
  expect(statuses).toEqual([200, 200, 200, 403, 403, 403])
  server.kill('SIGINT')
  const { stdout, stderr } = await end
  printed.push(stdout, stderr)
  // Otherwise no request was logged.
  expect(stderr).toContain('/api/v1/app/search')
  for (const key of [RIGHT_KEY, WRONG_KEY]) expect(await placesWith(key)).toEqual([])
})

test('credentials of AWS are in no message, not at the highest detail and not in a report', async () => {
  const env = {
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: SECRET_KEY,
    AWS_SESSION_TOKEN: SESSION,
    AWS_REGION: 'us-east-1',
    // Nobody answers here.
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    AWS_MAX_ATTEMPTS: '1',
  }
  for (const args of [['status', '--stack', 'shop'], ['doctor'], ['config', 'list', '--json']]) {
    const run = await cli([...args, '-vv', '--timeout', '15s'], env)
    expect(run.stdout + run.stderr).not.toBe('')
  }
  await cli(['bug-report'], env)
  for (const secret of [SECRET_KEY, SESSION]) expect(await placesWith(secret)).toEqual([])
})
