import { expect, test } from 'vitest'
import { makeBuckets } from './buckets.ts'
import { scriptedAws, type ServerAnswer, type ServerRequest } from './testing/scripted-aws.ts'

const aws = scriptedAws()

async function bucketsOver(answer: (request: ServerRequest) => ServerAnswer) {
  return makeBuckets(await aws.settings(answer))
}

function failure(status: number, code: string): ServerAnswer {
  return { status, body: `<Error><Code>${code}</Code><Message>told</Message></Error>` }
}

test('versions and delete markers come page by page until the last', async () => {
  const first = `<ListVersionsResult><IsTruncated>true</IsTruncated><NextKeyMarker>b</NextKeyMarker>
    <NextVersionIdMarker>2</NextVersionIdMarker>
    <Version><Key>a</Key><VersionId>1</VersionId><Size>7</Size></Version>
    <DeleteMarker><Key>b</Key><VersionId>2</VersionId></DeleteMarker></ListVersionsResult>`
  const last = '<ListVersionsResult><IsTruncated>false</IsTruncated></ListVersionsResult>'
  const buckets = await bucketsOver(({ url }) => ({
    body: url.includes('key-marker') ? last : first,
  }))
  const page = await buckets.entries('shop', undefined)
  expect(page.entries).toEqual([
    { key: 'a', versionId: '1', sizeBytes: 7 },
    { key: 'b', versionId: '2', sizeBytes: 0 },
  ])
  expect(await buckets.entries('shop', page.next)).toEqual({ entries: [], next: undefined })
  expect(aws.requests[1]?.url).toMatch(/key-marker=b.*version-id-marker=2/)
})

test('keys that a successful deletion refused are told with their reason', async () => {
  const body = `<DeleteResult><Error><Key>a</Key><Code>AccessDenied</Code><Message>Held</Message></Error></DeleteResult>`
  const buckets = await bucketsOver(() => ({ body }))
  const entries = [{ key: 'a', versionId: '1', sizeBytes: 7 }]
  expect(await buckets.deleteEntries('shop', entries)).toEqual([
    { key: 'a', reason: 'AccessDenied Held' },
  ])
  expect(aws.requests[0]?.body).toContain('<Key>a</Key><VersionId>1</VersionId>')
})

test('a bucket that is not there has no tags and is deleted already', async () => {
  const buckets = await bucketsOver(() => failure(404, 'NoSuchBucket'))
  expect(await buckets.tags('shop')).toBeUndefined()
  await expect(buckets.delete('shop')).resolves.toBeUndefined()
})

test('a bucket without tags has none', async () => {
  const buckets = await bucketsOver(() => failure(404, 'NoSuchTagSet'))
  expect(await buckets.tags('shop')).toEqual({})
})

test.each([
  ['BucketAlreadyExists', 'BUCKET-TAKEN'],
  ['OperationAborted', 'BUCKET-NAME-BUSY'],
  ['AccessDenied', 'PERM-MISSING'],
])('creating a bucket that answers %s fails with %s', async (code, ours) => {
  const buckets = await bucketsOver(() => failure(code === 'AccessDenied' ? 403 : 409, code))
  await expect(buckets.create('shop', {})).rejects.toMatchObject({ code: ours })
})

test('a bucket of our own is tagged and closed again instead of failing', async () => {
  const buckets = await bucketsOver(({ url, method }) =>
    method === 'PUT' && !url.includes('?') ? failure(409, 'BucketAlreadyOwnedByYou') : { body: '' },
  )
  await buckets.create('shop', { 'qw-lambda:deployment': 'shop' })
  expect(aws.requests.map(({ url }) => url.replace(/\?x-id.*/, ''))).toEqual([
    '/shop/',
    '/shop/?tagging=',
    '/shop/?publicAccessBlock=',
  ])
  expect(aws.requests[1]?.body).toContain('<Key>qw-lambda:deployment</Key><Value>shop</Value>')
})

test.each(['ConditionalRequestConflict', 'OperationAborted'])(
  'an artifact whose put meets another operation (409 %s) is put again',
  async (code) => {
    let refusals = 2
    const buckets = await bucketsOver(() => (refusals-- > 0 ? failure(409, code) : { body: '' }))
    await buckets.put('shop', 'zip', new Uint8Array(3))
    expect(aws.requests).toHaveLength(3)
  },
)

test('a new bucket has its tags from the call that makes it', async () => {
  const buckets = await bucketsOver(() => ({ body: '' }))
  await buckets.create('shop', { 'qw-lambda:deployment': 'shop' })
  const [made] = aws.requests
  expect(made).toMatchObject({ method: 'PUT', url: '/shop/' })
  expect(made?.body).toContain('<LocationConstraint>eu-west-1</LocationConstraint>')
  expect(made?.body).toContain('<Key>qw-lambda:deployment</Key><Value>shop</Value>')
})

test('an artifact whose connection breaks after the last byte is sent again', async () => {
  let breaks = 2
  const buckets = await bucketsOver(() => (breaks-- > 0 ? { body: '', reset: true } : { body: '' }))
  await buckets.put('shop', 'functions/indexer.zip', Buffer.from('code'))
  expect(aws.requests.map(({ method, body }) => `${method} ${body}`)).toEqual(
    Array(3).fill('PUT code'),
  )
})

test('a put whose connection always breaks is sent eight times and no more: one layer repeats', async () => {
  const buckets = await bucketsOver(() => ({ body: '', reset: true }))
  await expect(buckets.put('shop', 'zip', new Uint8Array(3))).rejects.toMatchObject({
    kind: 'unavailable',
  })
  expect(aws.requests).toHaveLength(8)
}, 60_000)

test('a notification is read and written back the same', async () => {
  const body = `<NotificationConfiguration>
    <QueueConfiguration><Queue>arn:aws:sqs:eu-west-1:1:q</Queue><Event>s3:ObjectCreated:*</Event>
    <Filter><S3Key><FilterRule><Name>Prefix</Name><Value>in/</Value></FilterRule></S3Key></Filter>
    </QueueConfiguration><TopicConfiguration><Topic>t</Topic><Event>s3:ObjectCreated:*</Event>
    </TopicConfiguration></NotificationConfiguration>`
  const buckets = await bucketsOver(({ method }) => ({ body: method === 'GET' ? body : '' }))
  const found = await buckets.notification('shop')
  const filters = [{ name: 'prefix', value: 'in/' }]
  const target = { queueArn: 'arn:aws:sqs:eu-west-1:1:q', event: 's3:ObjectCreated:*', filters }
  expect(found).toEqual({ targets: [target], others: 1 })
  await buckets.notify('shop', { targets: [target], others: 0 })
  const sent = aws.requests[1]?.body ?? ''
  for (const part of ['<Queue>arn:aws:sqs:eu-west-1:1:q</Queue>', '<Value>in/</Value>']) {
    expect(sent).toContain(part)
  }
})
