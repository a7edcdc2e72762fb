import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { startAwsEndpoint, type AwsEndpoint, type Limits } from './aws-endpoint.ts'
import { Desk, tagBuckets } from './cli-desk.ts'
import { REGION } from './cloud.ts'
import { installTools } from './tools.ts'

const NAME = 'shop-wide'
/** So many that the rule hands them out however little they hold: 18 MB at 150 kB a split. */
const SPLITS = 130
const DOCS_PER_SPLIT = 20
/** Of twenty splits each; the ten that are left are for the run that asks. */
const CALLS = 6
const START_SECONDS = 1_700_000_000
const SCHEMA = `version: 0.9
index_id: orders
doc_mapping:
  mode: strict
  timestamp_field: ts
  field_mappings:
    - {name: ts, type: datetime, fast: true, input_formats: [unix_timestamp]}
    - {name: n, type: u64, fast: true}
    - {name: shop, type: text, tokenizer: raw, fast: true}
    - {name: note, type: text, record: position}
indexing_settings:
  split_num_docs_target: ${DOCS_PER_SPLIT}
  merge_policy: {type: no_merge}
`
const QUERIES = [
  { query: 'note:"grey heron"', max_hits: 30, sort_by: '-ts' },
  {
    query: 'shop:s3 OR note:"grey heron"',
    max_hits: 5,
    aggs: {
      shops: { terms: { field: 'shop' }, aggs: { n: { avg: { field: 'n' } } } },
      spread: { percentiles: { field: 'n' } },
    },
  },
  { query: 'n:[5 TO 2590]', max_hits: 0, aggs: { most: { max: { field: 'n' } } } },
] as const

type Answer = Readonly<Record<string, unknown>>

describe('a searcher that may call itself', () => {
  let desk: Desk
  let outputs: Record<string, string> = {}
  const endpoints: AwsEndpoint[] = []
  beforeAll(async () => {
    desk = new Desk()
    const settings = { QW_LAMBDA_SEARCHER_METASTORE_POLLING_INTERVAL_SECONDS: '0' }
    const index = { id: 'orders', configFile: 'orders.yaml', retentionDays: 0 }
    const deployment = { index, generator: false, functions: { settings } }
    const project = { name: NAME, target: 'aws', region: REGION, deployment }
    desk.write('qw-lambda.json', JSON.stringify(project))
    desk.write('orders.yaml', SCHEMA)
    outputs = (await deploy())['outputs'] as Record<string, string>
    const lines = Array.from({ length: SPLITS * DOCS_PER_SPLIT }, (_, n) =>
      JSON.stringify({
        ts: START_SECONDS + n,
        n,
        shop: `s${n % 7}`,
        note: n % 100 === 0 ? 'a grey heron' : 'nothing to see',
      }),
    )
    desk.write('orders.ndjson', lines.join('\n'))
    const ingest = ['ingest', 'orders.ndjson', '--index', 'orders', '--via', 'local']
    // Whoever writes first makes the index, as the deployment has it.
    const otherTime = await desk.failure(...ingest, '--create', '--timestamp-field', 'n')
    expect(otherTime).toMatchObject({ exitCode: 2 })
    expect(otherTime.message).toContain('the time of orders is ts')
    expect(await desk.json(...ingest)).toMatchObject({ docs: lines.length })
    const { stdout } = await desk.run('index', 'describe', 'orders', '--mapping')
    expect(stdout).toContain(`split_num_docs_target: ${DOCS_PER_SPLIT}`)
  })
  afterAll(async () => {
    for (const endpoint of endpoints) await endpoint.stop()
    await tagBuckets(NAME, [outputs['index_bucket'] ?? '', outputs['staging_bucket'] ?? ''])
    await desk.run('teardown', '--confirm', NAME)
    desk.remove()
  })

  async function deploy(...flags: string[]): Promise<Record<string, unknown>> {
    return await desk.json('deploy', '--yes', '--no-verify', ...flags)
  }

  /** A region of its own, as it were: functions of the same code, cold, under these limits. */
  async function underLimits(limits: Limits): Promise<AwsEndpoint> {
    const { lambdaNode } = await installTools()
    const endpoint = await startAwsEndpoint(inject('awsEndpoint'), lambdaNode, limits)
    endpoints.push(endpoint)
    return endpoint
  }

  async function answersOf({ url }: AwsEndpoint): Promise<Answer[]> {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
    const lambda = new LambdaClient({ region: REGION, endpoint: url, credentials, maxAttempts: 1 })
    const answers = []
    for (const ask of QUERIES) {
      const event = JSON.stringify({ index_id: 'orders', ...ask })
      const { Payload } = await lambda.send(
        new InvokeCommand({ FunctionName: outputs['searcher'] ?? '', Payload: event }),
      )
      const reply = JSON.parse(Buffer.from(Payload ?? []).toString()) as { readonly body: string }
      const body = gunzipSync(Buffer.from(reply.body, 'base64')).toString()
      const { elapsed_time_micros: _, ...answer } = JSON.parse(body) as Answer
      answers.push(answer)
    }
    return answers
  }

  let alone: Answer[]
  test('searches alone until it is told that it may', async () => {
    const endpoint = await underLimits({})
    alone = await answersOf(endpoint)
    expect(alone).toMatchObject([{ num_hits: 26 }, {}, { num_hits: 2_586 }])
    expect(leavesOf(endpoint)).toBe(0)
  })

  test('deploy --leaf-calls lets it, and the answers are the same', async () => {
    const deployed = await deploy('--leaf-calls', '8')
    const changed = deployed['changed'] as { readonly logical: string }[]
    const parts = changed.map(({ logical }) => logical)
    expect(parts).toEqual(expect.arrayContaining(['Searcher', 'SearcherCalls']))
    expect(JSON.parse(desk.read('qw-lambda.json'))).toMatchObject({
      deployment: { functions: { settings: { QW_LAMBDA_LEAF_CALLS: '8' } } },
    })
    const endpoint = await underLimits({})
    expect(await answersOf(endpoint)).toEqual(alone)
    expect(leavesOf(endpoint)).toBeGreaterThanOrEqual(CALLS * QUERIES.length)
    expect(endpoint.refused).toBe(0)
  })

  test('through the HTTP API they are the same too', async () => {
    const args = [QUERIES[0].query, '--index', 'orders', '--via', 'api', '--sort', 'ts:asc']
    const { num_hits, hits } = await desk.json('search', ...args, '-n', '30')
    expect({ num_hits, hits }).toEqual({
      num_hits: alone[0]?.['num_hits'],
      hits: alone[0]?.['hits'],
    })
  })

  test('where the account has four runs at once, what is refused is searched by the run that asked', async () => {
    const endpoint = await underLimits({ runsMax: 4 })
    expect(await answersOf(endpoint)).toEqual(alone)
    expect(leavesOf(endpoint)).toBeGreaterThanOrEqual(QUERIES.length)
    expect(endpoint.refused).toBeGreaterThan(0)
  })

  test('where it has one, everything is', async () => {
    const endpoint = await underLimits({ runsMax: 1 })
    expect(await answersOf(endpoint)).toEqual(alone)
    expect(leavesOf(endpoint)).toBe(0)
    expect(endpoint.refused).toBeGreaterThanOrEqual(CALLS * QUERIES.length)
  })

  test('what a killed run was to search is searched by the run that asked', async () => {
    let killed = 0
    const kills = (payload: string) => isLeaf(payload) && killed++ % 2 === 0
    const endpoint = await underLimits({ kills })
    expect(await answersOf(endpoint)).toEqual(alone)
    expect(killed).toBeGreaterThanOrEqual(CALLS * QUERIES.length)
  })
})

/** Runs that another run of the searcher began. */
function leavesOf({ runs }: AwsEndpoint): number {
  return runs.filter(isLeaf).length
}

function isLeaf(payload: string): boolean {
  return payload.startsWith('{"leaf":')
}
