import { expect, test } from 'vitest'
import { S3_LIMITS } from '../../src/aws/s3-store-http.ts'
import type { ObjectInfo } from '../../src/engine/ports.ts'
import { objectStoreContract } from '../../src/stores/testing/object-store-contract.ts'
import { createBucket, openBucket } from './cloud.ts'

objectStoreContract('the S3 store', async () => ({
  store: openBucket(await createBucket('contract')),
  close: () => Promise.resolve(),
}))

const { partBytes, singlePutBytesMax } = S3_LIMITS

test('a body over the limit of one put goes in parts, under the same conditions', async () => {
  const store = openBucket(await createBucket('parts'))
  const body = new Uint8Array(singlePutBytesMax + partBytes + 1).map((_, i) => i >>> 12)
  const info = await store.put('large', body, { condition: { kind: 'ifAbsent' } })
  const head = await store.head('large')
  expect(head).toMatchObject({ sizeBytes: body.byteLength, etag: info.etag })
  const range = { start: partBytes - 5, end: partBytes + 5 }
  expect(await store.read('large', range)).toEqual(body.slice(range.start, range.end))

  const again = store.put('large', body, { condition: { kind: 'ifAbsent' } })
  await expect(again).rejects.toMatchObject({ kind: 'conflict' })
  const older = store.put('large', body, { condition: { kind: 'ifMatch', etag: '0'.repeat(32) } })
  await expect(older).rejects.toMatchObject({ kind: 'conflict' })
  expect((await store.head('large')).etag).toBe(info.etag)
})

test('a listing goes on past the thousand keys of one page', async () => {
  const store = openBucket(await createBucket('pages'))
  const keys = Array.from({ length: 1_203 }, (_, i) => `k/${String(i).padStart(4, '0')}`)
  for (let i = 0; i < keys.length; i += 100) {
    const some = keys.slice(i, i + 100)
    await Promise.all(
      some.map((key) => store.put(key, new Uint8Array(1), { condition: { kind: 'always' } })),
    )
  }
  const listed: ObjectInfo[] = []
  for await (const info of store.list('k/')) listed.push(info)
  expect(listed.map(({ key }) => key)).toEqual(keys)
})

test('a bucket that is not there is not taken for one without the object', async () => {
  const store = openBucket('nobody-made-this-bucket')
  const missing = { kind: 'invalid', code: 'BUCKET-NONE' }
  await expect(store.get('k')).rejects.toMatchObject(missing)
  await expect(
    store.put('k', new Uint8Array(), { condition: { kind: 'always' } }),
  ).rejects.toMatchObject(missing)
})
