import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { Desk, tagBuckets } from './cli-desk.ts'
import { KEYS, Terminal } from './terminal.ts'
import { createBucket, openBucket, REGION } from './cloud.ts'

const NAME = 'shop-story'
const POLLING = 'QW_LAMBDA_SEARCHER_METASTORE_POLLING_INTERVAL_SECONDS'
const ROUTES = ['lambda', 'api', 'direct'] as const

interface DeployDocument {
  readonly changed: readonly { readonly logical: string; readonly action: string }[]
  readonly outputs: Readonly<Record<string, string>>
  readonly verify: { readonly ok: boolean }
}

/** One deployment from `init` to `teardown`: the tests follow each other. */
describe('a deployment', () => {
  let desk: Desk
  let outputs: Readonly<Record<string, string>>
  beforeAll(() => {
    desk = new Desk()
  })
  afterAll(async () => {
    await desk.run('teardown', '--confirm', NAME)
    desk.remove()
  })

  async function deploy(...flags: string[]): Promise<DeployDocument> {
    return (await desk.json('deploy', '--yes', ...flags)) as unknown as DeployDocument
  }

  async function count(query: string, via: string): Promise<number> {
    const { stdout, stderr, exitCode } = await desk.run('search', query, '--count', '--via', via)
    expect(exitCode, stderr).toBe(0)
    return Number(stdout)
  }

  test('init makes everything and ends with hits', async () => {
    const init = await desk.json(
      'init',
      '--target',
      'aws',
      '--name',
      NAME,
      '--region',
      REGION,
      '-y',
    )
    expect(init).toMatchObject({
      schema: 'qw-lambda/init/1',
      target: 'aws',
      region: REGION,
      deployed: true,
      first_data: { docs: 100_000, rejected: 0 },
      outputs: { index_bucket: expect.any(String), api_url: expect.stringContaining('/api/v1') },
      verify: { ok: true },
    })
    expect((init['first_query'] as { hits: number }).hits).toBeGreaterThan(40_000)
    expect(JSON.parse(desk.read('qw-lambda.json'))).toMatchObject({ name: NAME, target: 'aws' })
    expect(desk.read('qw-lambda.json')).not.toContain('arn:')
  })

  test('deploying again changes nothing, and says so to a script', async () => {
    const again = await deploy()
    expect(again).toMatchObject({ changed: [], verify: { ok: true }, stack: NAME })
    outputs = again.outputs
    expect((await desk.run('deploy', '--check')).exitCode).toBe(0)
    expect((await desk.run('deploy', '--check', '--searcher-memory', '1024')).exitCode).toBe(12)
  })

  test('documents go out of the index bucket, to a file and to a bucket of the user’s own', async () => {
    const dry = await desk.json('index', 'export', '--dry-run', '--since', '1d')
    expect(dry).toMatchObject({ schema: 'qw-lambda/index-export/1', usd: expect.any(Number) })
    const one = await desk.run('index', 'export', '--since', '1d', '--to', 'sales.ndjson.gz')
    expect(one.exitCode, one.stderr).toBe(0)
    const lake = await createBucket('lake')
    const to = ['--to', `s3://${lake}/sales`, '--output-format', 'parquet']
    const first = await desk.json('index', 'export', '--since', '2020-01-01', ...to)
    const again = await desk.json('index', 'export', '--since', '2020-01-01', ...to)
    expect(again).toMatchObject({ docs: first['docs'], docs_before: first['docs'] })
    expect(first['docs']).toBeGreaterThan(40_000)
    const keys: string[] = []
    for await (const { key } of openBucket(lake).list('sales/')) keys.push(key)
    expect(keys).toHaveLength((first['files'] as number) + 1)
    const own = `s3://${String(outputs['staging_bucket'])}/out/`
    const refused = await desk.run('index', 'export', '--to', own)
    expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('belongs to')])
  })

  test('without a terminal a change needs --yes, and nothing asks', async () => {
    expect(await desk.failure('deploy', '--searcher-memory', '1024')).toMatchObject({
      exitCode: 11,
      code: 'QWL-CONFIRM',
    })
  })

  test('a setting is changed in place and kept in the project file', async () => {
    const flags = [
      '--function-env',
      `${POLLING}=0`,
      '--every',
      '1440m',
      '--searcher-memory',
      '1024',
    ]
    const diff = await desk.json('diff', ...flags)
    expect(diff['difference_usd_month']).toBeLessThan(0)
    const { changed } = await deploy(...flags)
    expect(changed.map(({ logical, action }) => `${action} ${logical}`)).toContain(
      'modify Searcher',
    )
    expect(changed.filter(({ action }) => action !== 'modify')).toEqual([])
    expect(JSON.parse(desk.read('qw-lambda.json'))).toMatchObject({
      deployment: { functions: { searcherMemoryMb: 1024, settings: { [POLLING]: '0' } } },
    })
  })

  test('init in its folder shows it, and changes what a flag names', async () => {
    const nothing = await desk.json('init', '-y')
    expect(nothing).toMatchObject({ schema: 'qw-lambda/init/1', name: NAME, changed: [] })
    const changed = await desk.json('init', '-y', '--retention', '60d')
    expect(changed).toMatchObject({
      schema: 'qw-lambda/init/1',
      outputs: { index_bucket: outputs['index_bucket'] },
    })
    expect(JSON.parse(desk.read('qw-lambda.json'))).toMatchObject({
      deployment: { index: { retentionDays: 60 } },
    })
    expect(await desk.failure('init', '--name', 'other', '-y')).toMatchObject({
      code: 'QWL-PROJECT-EXISTS',
    })
  })

  test('init asks there what to change, and deploys it', async () => {
    const terminal = new Terminal(['init'], { cwd: desk.folder, env: desk.env })
    await terminal.see('Change one thing')
    terminal.type(KEYS.down.repeat(3) + KEYS.enter)
    await terminal.see('Keep documents for')
    terminal.type(`90d${KEYS.enter}`)
    await terminal.see(`Change ${NAME} now?`)
    terminal.type(KEYS.enter)
    expect(await terminal.ended, terminal.screen).toBe(0)
    expect(JSON.parse(desk.read('qw-lambda.json'))).toMatchObject({
      deployment: { index: { retentionDays: 90 } },
    })
  })

  test('status tells documents, the generator and what is deployed', async () => {
    expect(await desk.json('status')).toMatchObject({
      schema: 'qw-lambda/status/1',
      deployment: { name: NAME, target: 'aws', region: REGION },
      indexes: [{ id: 'mock-sales', docs: 100_000 }],
      ingest: { generator: { state: 'on' }, failures: 0 },
      cost: { mtd_usd: expect.any(Number), projected_usd: expect.any(Number) },
      warnings: [],
    })
    expect((await desk.run('status')).stdout).toMatch(
      /^cost +<?\$\d+\.\d+ this month to date, .* a month/m,
    )
  })

  test('every way of searching gives the same answer', async () => {
    const answers = []
    for (const via of ROUTES) {
      const answer = await desk.json('search', 'quantity:>5 AND animal', '-n', '3', '--via', via)
      answers.push({ hits: answer['hits'], total: answer['num_hits'] })
    }
    expect(answers[0]?.total).toBeGreaterThan(0)
    expect(answers[1]).toEqual(answers[0])
    expect(answers[2]).toEqual(answers[0])
  })

  test('a searched answer tells what the function took, billed and cost', async () => {
    const { stderr } = await desk.run('search', 'animal', '-n', '1', '--via', 'lambda')
    expect(stderr).toMatch(
      /of [\d,]+ hits · .*\(function .*\) · .* splits · via lambda · \$0\.0000/,
    )
  })

  test('a mistake in the query is the same error on every route', async () => {
    for (const via of ROUTES) {
      expect(await desk.failure('search', 'quantity:[1 TO', '--via', via)).toMatchObject({
        exitCode: 2,
        code: 'QWL-QUERY-SYNTAX',
      })
    }
  })

  test('a file is staged, indexed and searchable when ingest returns; the same file is skipped', async () => {
    const lines = Array.from({ length: 300 }, (_, id) =>
      JSON.stringify({ ts: Date.now() + id, id, name: 'n', quantity: 1, description: 'a walrus' }),
    )
    const file = desk.write('own.ndjson', [...lines, 'no json', ''].join('\n'))
    const first = await desk.run('ingest', file, '--json')
    expect(first.exitCode, first.stderr).toBe(10)
    expect(JSON.parse(first.stdout)).toMatchObject({ docs: 300, rejected: 1 })
    for (const via of ROUTES) expect(await count('walrus', via)).toBe(300)
    expect(await desk.json('ingest', file)).toMatchObject({
      docs: 0,
      sources: [{ status: 'skipped' }],
    })
    expect((await desk.run('ingest', file, '--force', '--json')).exitCode).toBe(10)
    expect(await count('walrus', 'direct')).toBe(600)
    expect((await desk.run('ingest', 'failures')).stdout).toContain('invalid JSON')
  })

  test('what ingest did not wait for is followed by its id until all of it is indexed', async () => {
    const files = Array.from({ length: 12 }, (_, n) => {
      const line = { ts: Date.now() + n, id: n, name: 'n', quantity: 1, description: 'a pelican' }
      return desk.write(`handed-${n}.ndjson`, JSON.stringify(line))
    })
    const handed = await desk.json('ingest', ...files, '--no-wait')
    const followed = await desk.json('ingest', 'status', String(handed['run_id']), '--follow')
    expect(followed).toMatchObject({ runs: [{ objects: 12, objects_done: 12, objects_failed: 0 }] })
    expect(await count('pelican', 'direct')).toBe(12)
    // Some time later the same id still tells how it ended.
    expect(await desk.json('ingest', 'status', String(handed['run_id']))).toMatchObject({
      runs: [{ state: 'done', objects_done: 12 }],
    })
  })

  test('objects of another bucket are indexed where they are, once', async () => {
    const bucket = await createBucket('own-data')
    const store = openBucket(bucket)
    const always = { condition: { kind: 'always' } } as const
    for (const key of ['logs/a b.ndjson', 'logs/ü+c.ndjson.gz']) {
      const text = JSON.stringify({ ts: Date.now(), id: 1, description: 'one heron' })
      const bytes = key.endsWith('.gz') ? gzipSync(text) : Buffer.from(text)
      await store.put(key, bytes, always)
    }
    expect(await desk.json('ingest', `s3://${bucket}/logs/`, '-y')).toMatchObject({
      docs: 2,
      rejected: 0,
    })
    expect(await count('heron', 'lambda')).toBe(2)
    expect(await desk.json('ingest', `s3://${bucket}/logs/`)).toMatchObject({
      docs: 0,
      sources: [{ status: 'skipped' }],
    })
    expect(await desk.failure('ingest', `s3://${bucket}/nothing/`)).toMatchObject({ exitCode: 6 })
  })

  test('an index is pinned, made anew from that, taken to this machine and back', async () => {
    const laptop = ['--config', desk.path('laptop.json')]
    await desk.json('init', '--target', 'local', '--name', 'laptop', '--data', 'empty', ...laptop)
    const before = await count('*', 'direct')
    expect(await desk.json('index', 'snapshot', 'create', 'monday')).toMatchObject({ docs: before })
    await desk.json('generator', 'run', '--docs', '50', '--seed', '3')
    const restored = ['index', 'restore', 'monday', '--as', 'sales-monday']
    expect(await desk.json(...restored)).toMatchObject({ docs: before })
    const down = ['index', 'copy', 'sales-monday', '--to-local', 'laptop']
    expect(await desk.json(...down)).toMatchObject({ docs: before, splits_found: 0 })
    const up = ['index', 'copy', 'sales-monday', ...laptop, '--to-stack', NAME]
    const copied = await desk.json(...up, '--to-region', REGION, '--as', 'sales-back')
    expect(copied).toMatchObject({ docs: before, to: expect.stringMatching(/^s3:.*sales-back$/) })
    const found = await desk.run('search', '*', '--index', 'sales-back', '--count')
    expect(Number(found.stdout), found.stderr).toBe(before)
    await desk.json('index', 'restore', 'monday', '--confirm', 'mock-sales')
    expect(await count('*', 'lambda')).toBe(before)
    const left = await desk.run('teardown', '--dry-run')
    expect(left.stderr).toContain('1 snapshot too')
  })

  test('the generator is paused at once, stays so through a deployment, and runs by hand', async () => {
    await desk.json('generator', 'pause')
    expect(await desk.json('generator', 'set', '--docs', '400')).toMatchObject({
      state: 'paused',
      docs: 400,
    })
    const before = await count('*', 'direct')
    expect(await desk.json('generator', 'run', '--docs', '250', '--seed', '7')).toMatchObject({
      docs: 250,
    })
    expect(await count('*', 'lambda')).toBe(before + 250)
    expect(await desk.json('generator', 'resume')).toMatchObject({ state: 'on' })
  })

  test('a new key takes over and the old one stops working', async () => {
    const oldKey = (await desk.run('api-key', 'show')).stdout.trim()
    const rotated = await desk.run('api-key', 'rotate', '--grace', '1s', '--yes')
    expect(rotated.exitCode, rotated.stderr).toBe(0)
    const key = (await desk.run('api-key', 'show')).stdout.trim()
    expect(key).toMatch(/^[A-Za-z0-9]{40}$/)
    expect(key).not.toBe(oldKey)
    expect((await desk.run('api-key', 'show', '--masked')).stdout).toBe(`…${key.slice(-4)}\n`)
    expect(await count('heron', 'api')).toBe(2)
    expect(await statusWithKey(oldKey)).toBe(403)
    expect(await statusWithKey(key)).toBe(200)
    expect(await desk.failure('api-key', 'rotate', '--grace', '0s')).toMatchObject({ exitCode: 11 })
  })

  async function statusWithKey(key: string): Promise<number> {
    const [, api] = /^https:\/\/([^.]+)\./.exec(outputs['api_url'] ?? '') ?? []
    const url = `${inject('awsEndpoint')}/restapis/${api}/api/_user_request_/v1/version`
    return (await fetch(url, { headers: { 'x-api-key': key } })).status
  }

  test('logs show invocations with what they cost, and one of them alone', async () => {
    const { invocations } = (await desk.json('logs', '--reports', '--since', '1h')) as {
      invocations: { source: string; request_id: string; billed_ms: number }[]
    }
    expect(new Set(invocations.map(({ source }) => source))).toContain('searcher')
    const [one] = invocations
    const { stdout } = await desk.run(
      'logs',
      '--request',
      one?.request_id ?? '',
      '--since',
      '1h',
      '--raw',
    )
    expect(stdout).toContain(one?.request_id)
  })

  test('doctor passes; what the emulator does not do is all that it warns of', async () => {
    const { checks } = (await desk.json('doctor', '--smoke')) as {
      checks: { id: string; state: string }[]
    }
    const others = checks.filter(({ state }) => state !== 'pass').map(({ id }) => id)
    expect(new Set(others)).toEqual(new Set(['deployment.bucket-tags']))
    expect(checks.map(({ id }) => id)).toContain('deployment.smoke-api')
    // What was published a moment ago takes the searcher its poll.
  }, 150_000)

  test('upkeep by hand works straight over the bucket, and says what it would cost', async () => {
    expect(await desk.json('index', 'gc', 'mock-sales')).toMatchObject({
      indexes: [{ id: 'mock-sales', splits_expired: 0 }],
      failures: [],
    })
    const merge = await desk.json('index', 'merge', '--target-docs', '10_000_000', '--dry-run')
    expect(merge).toMatchObject({ dry_run: true, usd: expect.any(Number) })
    const { sources } = (await desk.json('index', 'checkpoints', '--limit', '1')) as {
      sources: { uri: string }[]
    }
    expect(sources[0]?.uri).toMatch(/^s3:/)
  })

  test('cost-estimate measures what the deployment used', async () => {
    const document = await desk.json('cost-estimate', '--actual')
    const { components } = document as {
      components: { id: string; actual: { usd: number | null } }[]
    }
    expect(components.find(({ id }) => id === 'secret')?.actual.usd).toBe(0.4)
    expect(components.find(({ id }) => id === 's3_reads')?.actual.usd).toBeNull()
  })

  test('a proxy on this machine needs no key and takes no writes', async () => {
    const { child, ended } = desk.start('serve', '--proxy', '--port', '0')
    const url = await new Promise<string>((resolve) => {
      child.stdout.once('data', (text: string) => resolve(text.trim()))
    })
    const search = await fetch(`${url}/api/v1/mock-sales/search?query=heron`)
    expect(await search.json()).toMatchObject({ num_hits: 2 })
    expect((await fetch(`${url}/api/v1/indexes/mock-sales`, { method: 'DELETE' })).status).toBe(405)
    expect((await fetch(`${url}/api/v1/mock-sales/retry`, { method: 'POST' })).status).toBe(405)
    const page = await fetch(url, { headers: { accept: 'text/html' } })
    expect([page.url, page.status]).toEqual([`${url}/ui/`, 200])
    const cost = await fetch(`${url}/api/v1/cost`)
    expect(await cost.json()).toMatchObject({ region: REGION, components: expect.any(Array) })
    child.kill('SIGINT')
    expect((await ended).exitCode).toBe(0)
  })

  test('it is listed, and a folder without a project file finds it', async () => {
    const elsewhere = new Desk()
    const { stdout } = await elsewhere.run('list', '--region', REGION)
    expect(stdout).toContain(NAME)
    const place = ['--stack', NAME, '--region', REGION]
    expect((await elsewhere.run('deploy', '--check', ...place)).exitCode).toBe(0)
    expect(await elsewhere.failure('status', '--stack', 'other', '--region', REGION)).toMatchObject(
      {
        exitCode: 3,
        code: 'QWL-STACK-NONE',
      },
    )
    expect((await elsewhere.run('use', NAME, '--region', REGION)).exitCode).toBe(0)
    expect(await elsewhere.json('status')).toMatchObject({ deployment: { name: NAME } })
    elsewhere.remove()
  })

  test('teardown wants the name, and leaves buckets alone that are not tagged as ours', async () => {
    expect(await desk.failure('teardown')).toMatchObject({ exitCode: 11 })
    expect(await desk.failure('teardown', '--confirm', 'other')).toMatchObject({ exitCode: 11 })
    expect((await desk.run('teardown', '--dry-run')).stderr).toContain('Will remove')
    expect(await desk.failure('teardown', '--confirm', NAME)).toMatchObject({
      exitCode: 11,
      code: 'QWL-BUCKET-NOT-OURS',
    })
    expect(await count('heron', 'direct')).toBe(2)
  })

  test('an interrupted teardown is finished by the next, which proves that nothing is left', async () => {
    await tagBuckets(NAME, [outputs['index_bucket'] ?? '', outputs['staging_bucket'] ?? ''])
    const { child, ended } = desk.start('teardown', '--confirm', NAME)
    child.stderr.on('data', (text: string) => {
      if (text.includes('Emptying')) child.kill('SIGINT')
    })
    const stopped = await ended
    expect(stopped.exitCode).toBe(130)
    expect(stopped.stderr).toContain('the same command goes on from here')
    const result = await desk.json('teardown', '--confirm', NAME)
    expect(result).toMatchObject({ schema: 'qw-lambda/teardown/1', kept: [], leftovers: [] })
    expect(await desk.json('teardown', '--confirm', NAME)).toMatchObject({
      removed: [],
      leftovers: [],
    })
    expect(await desk.failure('status')).toMatchObject({ exitCode: 3, code: 'QWL-STACK-NONE' })
  })
})
