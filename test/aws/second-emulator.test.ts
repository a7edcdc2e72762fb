import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation'
import { CreateBucketCommand, GetBucketEncryptionCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { openCloud } from '../../src/aws/open-cloud.ts'
import { s3Store } from '../../src/aws/s3-store.ts'
import { readRunning, mendRunning, stagingEvents } from '../../src/deploy/running-parts.ts'
import { parseTemplate } from '../../src/deploy/template.ts'
import { objectStoreContract } from '../../src/stores/testing/object-store-contract.ts'
import { systemClock } from '../../src/stores/system-clock.ts'

// moto knows nothing of the other emulator: what both take the same way is not one's own idea of AWS.

const endpoint = inject('secondEndpoint')
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
const place = { region: 'us-east-1', endpoint, credentials }
const s3 = new S3Client({ ...place, forcePathStyle: true })

let made = 0
async function createBucket(): Promise<string> {
  const Bucket = `moto-${process.pid}-${made++}`
  await s3.send(new CreateBucketCommand({ Bucket }))
  return Bucket
}

objectStoreContract('the S3 store, on moto', async () => {
  const bucket = await createBucket()
  const keys = () => credentials
  return {
    store: s3Store({
      bucket,
      region: 'us-east-1',
      endpoint,
      credentials: keys,
      clock: systemClock,
    }),
    close: () => Promise.resolve(),
  }
})

describe('the template, on moto', () => {
  const text = readFileSync(
    fileURLToPath(new URL('../../templates/qw-lambda.yaml', import.meta.url)),
    'utf8',
  )
  const cloud = openCloud({ region: 'us-east-1', profile: undefined, endpoint }, systemClock)
  const before = { ...process.env }
  beforeAll(async () => {
    process.env['AWS_ACCESS_KEY_ID'] = 'test'
    process.env['AWS_SECRET_ACCESS_KEY'] = 'test'
    const bucket = await createBucket()
    const parameters = {
      DeploymentName: 'shop',
      ArtifactBucket: bucket,
      IndexerZip: 'i.zip',
      SearcherZip: 's.zip',
      GeneratorZip: 'g.zip',
    }
    await new CloudFormationClient(place).send(
      new CreateStackCommand({
        StackName: 'qw-lambda-shop',
        TemplateBody: text,
        Capabilities: ['CAPABILITY_IAM'],
        Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
          ParameterKey,
          ParameterValue,
        })),
      }),
    )
  })
  afterAll(() => {
    process.env = before
  })

  async function stack() {
    const state = await cloud.stacks.describe('qw-lambda-shop')
    if (state === undefined) throw new Error('moto made no stack')
    return state
  }

  test('is created, its buckets encrypted and tagged as ours', async () => {
    const { status, outputs } = await stack()
    expect(status).toBe('CREATE_COMPLETE')
    for (const Bucket of [outputs['StagingBucket'] ?? '', outputs['IndexBucket'] ?? '']) {
      const encryption = await s3.send(new GetBucketEncryptionCommand({ Bucket }))
      expect(encryption.ServerSideEncryptionConfiguration?.Rules).toHaveLength(1)
      expect(await cloud.buckets.tags(Bucket)).toMatchObject({ 'qw-lambda:deployment': 'shop' })
    }
  })

  test('a notification that was taken away is seen and put back', async () => {
    const state = await stack()
    const bucket = state.outputs['StagingBucket'] ?? ''
    await cloud.buckets.notify(bucket, { targets: [], others: 0 })
    expect((await readRunning(state, cloud)).notification).toBe('missing')
    const events = stagingEvents(parseTemplate(text), state.parameters)
    for await (const event of mendRunning(state, events, cloud)) expect(event.kind).toBe('mended')
    expect((await readRunning(state, cloud)).notification).toBe('set')
  })
})
