import {
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { Desk, smallProject, tagBuckets } from './cli-desk.ts'
import { REGION } from './cloud.ts'

const NAME = 'shop-schema'
const lambda = new LambdaClient({
  region: REGION,
  endpoint: inject('awsEndpoint'),
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
})
const FIELDS = [
  '{name: ts, type: datetime, fast: true, input_formats: [unix_timestamp]}',
  '{name: n, type: u64, fast: true}',
]
const PRICE = '{name: price, type: u64, fast: true}'
const CITY = '{name: city, type: text, tokenizer: raw, fast: true}'

const schema = (id: string, fields: readonly string[]): string => `version: 0.9
index_id: ${id}
doc_mapping:
  mode: strict
  field_mappings:
${fields.map((field) => `    - ${field}`).join('\n')}
  timestamp_field: ts
`

/** One deployment whose index lives on: the tests follow each other. */
describe('a deployed index', () => {
  let desk: Desk
  let outputs: Record<string, string> = {}
  beforeAll(() => {
    desk = new Desk()
    const project = JSON.parse(smallProject(NAME)) as { deployment: object }
    const index = { id: 'orders', configFile: 'orders.yaml', retentionDays: 3650 }
    const deployment = { ...project.deployment, index, generator: false }
    desk.write('qw-lambda.json', JSON.stringify({ ...project, deployment }))
    desk.write('orders.yaml', schema('orders', FIELDS))
  })
  afterAll(async () => {
    await tagBuckets(NAME, [outputs['index_bucket'] ?? '', outputs['staging_bucket'] ?? ''])
    await desk.run('teardown', '--confirm', NAME)
    desk.remove()
  })

  const now = Math.floor(Date.now() / 1_000)
  /** Staged and indexed by the function, which stays warm from one to the next. */
  async function ingest(name: string, docs: readonly object[]): Promise<Record<string, unknown>> {
    const lines = docs.map((doc) => JSON.stringify({ ts: now, ...doc }))
    desk.write(name, lines.join('\n'))
    const { stdout, stderr } = await desk.run('ingest', name, '--json', '--max-errors', '100%')
    expect(stdout, stderr).not.toBe('')
    return JSON.parse(stdout) as Record<string, unknown>
  }

  async function count(query: string, index = 'orders'): Promise<number> {
    const args = ['search', query, '--index', index, '--count', '--via', 'lambda']
    const { stdout, stderr, exitCode } = await desk.run(...args)
    expect(exitCode, stderr).toBe(0)
    return Number(stdout)
  }

  const mapping = async (): Promise<string> =>
    (await desk.run('index', 'describe', 'orders', '--mapping')).stdout

  test('has the config of the project when its first file comes', async () => {
    outputs = (await desk.json('deploy', '--yes'))['outputs'] as Record<string, string>
    const first = await ingest('a.ndjson', [{ n: 1 }, { n: 2, price: 5 }, { n: 3, price: 7 }])
    expect(first).toMatchObject({ docs: 1, rejected: 2 })
    expect(await mapping()).toContain('3650 days')
  })

  test('a warm function indexes the next file by the config that index update wrote', async () => {
    desk.write('priced.yaml', schema('orders', [...FIELDS, PRICE]))
    expect(await desk.json('index', 'update', '-f', 'priced.yaml', '--dry-run')).toMatchObject({
      changes: expect.arrayContaining([expect.objectContaining({ path: 'retention' })]),
    })
    desk.write('priced.yaml', `${desk.read('priced.yaml')}retention: {period: 3650 days}\n`)
    expect(await desk.json('index', 'update', '-f', 'priced.yaml')).toMatchObject({ updated: true })
    expect(await ingest('b.ndjson', [{ n: 4, price: 9 }])).toMatchObject({ docs: 1, rejected: 0 })
    expect([await count('price:>8'), await count('*')]).toEqual([1, 2])
    const { fields } = (await desk.json('fields', 'orders')) as { fields: { name: string }[] }
    expect(fields.map(({ name }) => name)).toEqual(expect.arrayContaining(['n', 'price']))
  })

  test('ingest retry indexes what was rejected and fits by now, each document once', async () => {
    const retried = await desk.json('ingest', 'retry', '--all', '--index', 'orders')
    expect(retried).toMatchObject({ docs: 2, rejected: 0 })
    expect([await count('price:[5 TO 7]'), await count('*')]).toEqual([2, 4])
    const again = await desk.json('ingest', 'retry', '--all', '--index', 'orders')
    expect(again).toMatchObject({ docs: 0, rejected: 0 })
  })

  test('the next deploy leaves what index update changed, and its plan shows it', async () => {
    const diff = await desk.json('diff')
    expect(diff).toMatchObject({
      changes: [],
      index: {
        id: 'orders',
        action: 'keep',
        changes: [{ path: 'doc_mapping.field_mappings.price', after: null }],
      },
    })
    const { exitCode, stderr } = await desk.run('deploy', '--yes')
    expect(exitCode, stderr).toBe(0)
    expect(stderr).toContain('Index orders is not as the project says, and stays as it is:')
    expect(await mapping()).toContain('price')
  })

  test('a change of the project is made on the index too, and told before', async () => {
    const retention = await desk.json('diff', '--retention', '90d')
    expect(retention).toMatchObject({
      index: {
        action: 'change',
        changes: [{ path: 'retention.period', before: '3650 days', after: '90 days' }],
      },
    })
    await desk.json('deploy', '--yes', '--retention', '90d')
    expect(await mapping()).toMatch(/90 days/)
    expect(await mapping()).toContain('price')
    desk.write('orders.yaml', schema('orders', [...FIELDS, CITY]))
    const both = await desk.failure('deploy', '--yes')
    expect(both).toMatchObject({ exitCode: 2, code: 'QWL-INDEX-CONFIG' })
    expect(both.message).toContain('was changed in two places')
    desk.write('orders.yaml', schema('orders', [...FIELDS, PRICE, CITY]))
    const settled = `${desk.read('orders.yaml')}retention: {period: 90 days}\n`
    desk.write('settled.yaml', settled)
    await desk.json('index', 'update', '-f', 'settled.yaml')
    expect(await desk.json('deploy', '--yes')).toMatchObject({ index: null })
    expect(await ingest('c.ndjson', [{ n: 5, city: 'Oslo' }])).toMatchObject({ docs: 1 })
    expect([await count('city:Oslo'), await count('*')]).toEqual([1, 5])
  })

  test('what cannot be changed is refused before anything is deployed', async () => {
    const before = desk.read('orders.yaml')
    desk.write('orders.yaml', before.replace('  timestamp_field: ts\n', ''))
    const refused = await desk.failure('deploy', '--yes')
    expect(refused).toMatchObject({ exitCode: 2, code: 'QWL-INDEX-CONFIG' })
    desk.write('orders.yaml', before)
    expect(await desk.json('diff')).toMatchObject({ changes: [], index: null })
  })

  test('index reindex reads a deployed index back into another, each document once', async () => {
    desk.write('dear.yaml', schema('dear', [...FIELDS, PRICE.replace('u64', 'f64')]))
    const args = ['index', 'reindex', 'orders', 'price:*', '--into', 'dear', '-f', 'dear.yaml']
    expect(await desk.json(...args)).toMatchObject({ state: 'done', docs: 3, rejected: 0 })
    expect(await count('price:>6', 'dear')).toBe(2)
    const again = await desk.failure(...args)
    expect(again).toMatchObject({ exitCode: 2 })
    expect(again.message).toContain('has these documents of orders already')
    expect(await count('*', 'orders')).toBe(5)
  })

  test('ingest cancel takes back what waits, and the same ingest brings it another time', async () => {
    const names = ['x', 'y', 'z'].map((name) => `${name}.ndjson`)
    for (const [n, name] of names.entries()) {
      desk.write(name, JSON.stringify({ ts: now, n: 100 + n, city: 'Turku' }))
    }
    await setIndexing(false)
    const handed = await desk.json('ingest', ...names, '--no-wait')
    const id = String(handed['run_id'])
    const cancelled = { objects: 3, objects_over: 0, objects_taken_back: 3, objects_left: 0 }
    expect(await desk.json('ingest', 'cancel', id)).toMatchObject(cancelled)
    expect(await desk.json('ingest', 'status', id, '--follow')).toMatchObject({
      runs: [{ state: 'cancelled', objects: 3, objects_done: 0 }],
    })
    await setIndexing(true)
    expect(await desk.json('ingest', ...names)).toMatchObject({ docs: 3, rejected: 0 })
    expect(await count('city:Turku')).toBe(3)
    expect(await desk.json('ingest', 'cancel', id)).toMatchObject({ objects_taken_back: 0 })
    expect(await desk.failure('ingest', 'cancel', 'NONE')).toMatchObject({ exitCode: 6 })
  })

  async function setIndexing(Enabled: boolean): Promise<void> {
    const { EventSourceMappings = [] } = await lambda.send(
      new ListEventSourceMappingsCommand({ FunctionName: outputs['indexer'] ?? '' }),
    )
    for (const { UUID = '' } of EventSourceMappings) {
      await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }))
    }
  }
}, 300_000)
