import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { request, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation'
import { expect, inject, test } from 'vitest'
import { createBucket, invoke, openBucket, REGION, shippedZip } from './cloud.ts'

const API_KEY = 'abcdefghijklmnopqrstuvwx'
const ALWAYS = { condition: { kind: 'always' } } as const
const cloudFormation = new CloudFormationClient({
  region: REGION,
  endpoint: inject('awsEndpoint'),
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
})

/** The template without our CLI: what its first lines promise to users of plain CloudFormation. */
async function deployTemplate(name: string): Promise<Record<string, string>> {
  const bucket = await createBucket('artifacts')
  const parameters: Record<string, string> = { DeploymentName: 'shop', ArtifactBucket: bucket }
  for (const zip of ['indexer', 'searcher', 'generator']) {
    await openBucket(bucket).put(`${zip}.zip`, await shippedZip(zip), ALWAYS)
    parameters[`${zip[0]?.toUpperCase()}${zip.slice(1)}Zip`] = `${zip}.zip`
  }
  const template = fileURLToPath(new URL('../../templates/qw-lambda.yaml', import.meta.url))
  await cloudFormation.send(
    new CreateStackCommand({
      StackName: name,
      TemplateBody: await readFile(template, 'utf8'),
      Capabilities: ['CAPABILITY_IAM'],
      Parameters: Object.entries({
        ...parameters,
        GeneratorState: 'DISABLED',
        ApiKey: API_KEY,
        ApiPage: 'on',
      }).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
    }),
  )
  const stack = await until(async () => {
    const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: name }))
    const [found] = Stacks ?? []
    return found?.StackStatus === 'CREATE_IN_PROGRESS' ? undefined : found
  })
  expect(stack.StackStatus).toBe('CREATE_COMPLETE')
  return Object.fromEntries(
    (stack.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  )
}

/** A GET of the deployed REST API, sent to the emulator under the API's own name. */
async function getFromApi(address: string, key: string | undefined) {
  const { host, pathname, search } = new URL(address)
  const { hostname, port } = new URL(inject('awsEndpoint'))
  const headers = { host, accept: '*/*', ...(key === undefined ? {} : { 'x-api-key': key }) }
  const outgoing = request({ hostname, port, path: pathname + search, headers }).end()
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk))
  return { status: incoming.statusCode, headers: incoming.headers, body: Buffer.concat(chunks) }
}

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 40_000
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (Date.now() > deadline) throw new Error('waited for 40 s')
    await sleep(200)
  }
}

test('a file put into the staging bucket of a deployed stack becomes searchable by itself, by function and by HTTP', async () => {
  const outputs = await deployTemplate('qw-lambda-shop')
  const lines = Array.from({ length: 100 }, (_, id) =>
    JSON.stringify({ ts: Date.now() + id, id, name: `Item ${id}`, description: 'an animal' }),
  )
  const staging = openBucket(outputs['StagingBucket'] ?? '')
  await staging.put('mock-sales/first.gz', gzipSync(lines.join('\n')), ALWAYS)
  const found = await until(async () => {
    const { payload } = await invoke(outputs['SearcherFunction'] ?? '', {
      index_id: 'mock-sales',
      query: 'animal',
      max_hits: 1,
    })
    if (payload['statusCode'] !== 200) return undefined
    const body = gunzipSync(Buffer.from(String(payload['body']), 'base64'))
    const found = JSON.parse(body.toString()) as { num_hits: number }
    // The index exists a moment before its first split does.
    return found.num_hits > 0 ? found : undefined
  })
  expect(found.num_hits).toBe(100)

  // The same through the gateway, for those who have the key.
  const address = `${outputs['ApiUrl']}/mock-sales/search?query=animal&max_hits=1`
  expect((await getFromApi(address, undefined)).status).toBe(403)
  expect((await getFromApi(address, `${API_KEY}y`)).status).toBe(403)
  const answer = await getFromApi(address, API_KEY)
  expect(answer).toMatchObject({ status: 200, headers: { 'content-encoding': 'gzip' } })
  expect(JSON.parse(gunzipSync(answer.body).toString())).toMatchObject({ num_hits: 100 })

  // The page comes without a key, finds the API beside itself, and nothing else is open.
  const page = await getFromApi(outputs['PageUrl'] ?? '', undefined)
  expect(page).toMatchObject({ status: 200, headers: { 'content-encoding': 'gzip' } })
  expect(page.headers['content-security-policy']).toContain("default-src 'none'")
  const [, place = ''] =
    /<meta name="api" content="([^"]+)"/.exec(gunzipSync(page.body).toString()) ?? []
  expect(new URL(place, outputs['PageUrl']).href).toBe(`${outputs['ApiUrl']}/`)
  const script = new URL('page.js', outputs['PageUrl']).href
  expect((await getFromApi(script, undefined)).status).toBe(200)
  const version = new URL(`${place}version`, outputs['PageUrl']).href
  expect((await getFromApi(version, undefined)).status).toBe(403)
  expect((await getFromApi(version, API_KEY)).status).toBe(200)
})
