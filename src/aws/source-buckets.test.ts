import { expect, test } from 'vitest'
import { makeSourceBuckets } from './source-buckets.ts'
import { scriptedAws, type ServerAnswer, type ServerRequest } from './testing/scripted-aws.ts'

const aws = scriptedAws()

async function bucketsOver(answer: (request: ServerRequest) => ServerAnswer) {
  return makeSourceBuckets(await aws.settings(answer))
}

function failure(status: number, code: string, message = 'told'): ServerAnswer {
  return { status, body: `<Error><Code>${code}</Code><Message>${message}</Message></Error>` }
}

function lastRequest(): ServerRequest {
  const last = aws.requests.at(-1)
  if (last === undefined) throw new Error('nothing was sent')
  return last
}

const RULE = {
  id: 'qw-lambda-shop',
  target: 'arn:aws:sqs:eu-west-1:123456789012:queue',
  events: ['s3:ObjectCreated:*'],
  prefix: 'a b/dt=2026~1/',
  suffix: '',
}

/** One entry of each kind, EventBridge on, and an older one of ours. */
const STORED = `<NotificationConfiguration>
  <TopicConfiguration><Id>audit</Id><Topic>arn:aws:sns:eu-west-1:1:audit</Topic><Event>s3:ObjectRemoved:*</Event></TopicConfiguration>
  <QueueConfiguration><Id>theirs</Id><Queue>arn:aws:sqs:eu-west-1:1:q</Queue><Event>s3:ObjectCreated:Put</Event>
    <Filter><S3Key><FilterRule><Name>Prefix</Name><Value>in+box/%3D</Value></FilterRule><FilterRule><Name>Suffix</Name><Value>.gz</Value></FilterRule></S3Key></Filter></QueueConfiguration>
  <QueueConfiguration><Id>qw-lambda-shop</Id><Queue>arn:aws:sqs:eu-west-1:1:old</Queue><Event>s3:ObjectCreated:*</Event></QueueConfiguration>
  <CloudFunctionConfiguration><Id>thumbs</Id><CloudFunction>arn:aws:lambda:eu-west-1:1:function:thumbs</CloudFunction><Event>s3:ObjectCreated:*</Event></CloudFunctionConfiguration>
  <EventBridgeConfiguration/>
</NotificationConfiguration>`

test('every entry is read with its keys as they are', async () => {
  const sources = await bucketsOver(() => ({ body: STORED }))
  const { rules, eventBridge } = await sources.notifications('data')
  expect(eventBridge).toBe(true)
  expect(rules.map(({ id, target }) => [id, target.split(':').at(-1)])).toEqual([
    ['theirs', 'q'],
    ['qw-lambda-shop', 'old'],
    ['audit', 'audit'],
    ['thumbs', 'thumbs'],
  ])
  expect(rules[0]).toMatchObject({ prefix: 'in box/=', suffix: '.gz' })
})

test('adding replaces our entry and sends everything else back as it was', async () => {
  const sources = await bucketsOver(({ method }) => ({ body: method === 'GET' ? STORED : '' }))
  await sources.addRule('data', RULE)
  const { body, headers } = lastRequest()
  for (const kept of [
    '<Id>audit</Id>',
    '<Id>theirs</Id>',
    '<Value>in+box/%3D</Value>',
    '<Value>.gz</Value>',
    '<Id>thumbs</Id>',
    '<EventBridgeConfiguration',
  ]) {
    expect(body).toContain(kept)
  }
  expect(body).not.toContain(':old<')
  // S3 wants spaces as plus signs and all but its safe characters escaped.
  expect(body).toContain('<Value>a+b/dt%3D2026%7E1/</Value>')
  expect(headers['x-amz-skip-destination-validation']).toBeUndefined()
})

test('taking ours away leaves the others, untried', async () => {
  const sources = await bucketsOver(({ method }) => ({ body: method === 'GET' ? STORED : '' }))
  await sources.removeRule('data', 'qw-lambda-shop')
  const { body, headers } = lastRequest()
  expect(body).toContain('<Id>theirs</Id>')
  expect(body).not.toContain('qw-lambda-shop')
  expect(headers['x-amz-skip-destination-validation']).toBe('true')
})

test('where there is none of ours, or no bucket, nothing is written', async () => {
  const sources = await bucketsOver(() => ({ body: STORED }))
  await sources.removeRule('data', 'qw-lambda-other')
  expect(aws.requests.map(({ method }) => method)).toEqual(['GET'])
  const gone = await bucketsOver(() => failure(404, 'NoSuchBucket'))
  await gone.removeRule('data', 'qw-lambda-shop')
})

test.each([
  [
    'Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are overlapping for the same event type.',
    'NOTIFICATION-OVERLAP',
  ],
  [
    'Configurations overlap. Configurations on the same bucket cannot share a common event type.',
    'NOTIFICATION-OVERLAP',
  ],
  ['Unable to validate the following destination configurations', 'SOURCE-EVENTS'],
])('S3 refusing with `%s` is %s', async (message, code) => {
  const sources = await bucketsOver(({ method }) =>
    method === 'GET' ? { body: STORED } : failure(400, 'InvalidArgument', message),
  )
  await expect(sources.addRule('data', RULE)).rejects.toMatchObject({ kind: 'conflict', code })
})

test('a bucket of another account is one that refuses whoever expects us as its owner', async () => {
  const sources = await bucketsOver(({ headers }) =>
    headers['x-amz-expected-bucket-owner'] === undefined
      ? { headers: { 'x-amz-bucket-region': 'us-west-2' }, body: '' }
      : { status: 403, body: '' },
  )
  expect(await sources.look('data', '123456789012')).toEqual({
    region: 'us-west-2',
    owner: 'other',
  })
})

test('a listing tells sizes, keys of any characters, and what lies in an archive', async () => {
  const object = (key: string, inner: string): string =>
    `<Contents><Key>${key}</Key><Size>7</Size><ETag>&quot;e&quot;</ETag><LastModified>2026-11-26T10:00:00.000Z</LastModified>${inner}</Contents>`
  const body = `<ListBucketResult><IsTruncated>true</IsTruncated><EncodingType>url</EncodingType>
    ${object('in/red+flower%0A%2B.log', '<StorageClass>STANDARD</StorageClass>')}
    ${object('in/cold', '<StorageClass>DEEP_ARCHIVE</StorageClass>')}
    ${object('in/thawed', '<StorageClass>GLACIER</StorageClass><RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress><RestoreExpiryDate>2026-12-01T00:00:00.000Z</RestoreExpiryDate></RestoreStatus>')}
    ${object('in/thawing', '<StorageClass>GLACIER</StorageClass><RestoreStatus><IsRestoreInProgress>true</IsRestoreInProgress></RestoreStatus>')}
    ${object('in/quick', '<StorageClass>GLACIER_IR</StorageClass>')}
    </ListBucketResult>`
  const sources = await bucketsOver(() => ({ body }))
  const page = await sources.page('data', { prefix: 'in/', after: 'in/a b' })
  expect(page.more).toBe(true)
  expect(page.objects[0]).toEqual({
    key: 'in/red flower\n+.log',
    sizeBytes: 7,
    etag: 'e',
    modifiedMs: Date.UTC(2026, 10, 26, 10),
    archived: false,
  })
  expect(page.objects.filter(({ archived }) => archived).map(({ key }) => key)).toEqual([
    'in/cold',
    'in/thawing',
  ])
  expect(aws.requests[0]?.url).toContain('start-after=in%2Fa%20b')
})
