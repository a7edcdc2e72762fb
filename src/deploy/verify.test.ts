import { expect, test } from 'vitest'
import { InMemoryCloud } from './testing/in-memory-cloud.ts'
import { collect } from './testing/sample-deployment.ts'
import { verifyDeployment, type VerifyRequest } from './verify.ts'

const REQUEST: VerifyRequest = {
  searcher: 'shop-searcher',
  api: { url: 'https://api/v1', key: 'right', age: 'new' },
}

test('a key that AWS has not spread yet is waited for', async () => {
  const cloud = new InMemoryCloud()
  cloud.keysAccepted.add('right')
  cloud.refusalsBeforeKeyWorks = 5
  const { events } = await collect(verifyDeployment(REQUEST, cloud.ports))
  expect(events.filter((event) => event.kind === 'waiting')).toHaveLength(5)
})

test('a key that flaps while it spreads is not taken for settled by one right answer', async () => {
  const cloud = new InMemoryCloud()
  cloud.keysAccepted.add('right')
  cloud.flapping = ['refuses', 'accepts', 'accepts', 'refuses', 'accepts']
  const startMs = cloud.nowMs
  await collect(verifyDeployment(REQUEST, cloud.ports))
  // The last refusal, and then three answers a poll apart.
  expect(cloud.calls.filter((call) => call === 'callApi')).toHaveLength(7)
  expect(cloud.nowMs - startMs).toBe(18_000)
})

test('a key that has worked before is asked once', async () => {
  const cloud = new InMemoryCloud()
  cloud.keysAccepted.add('right')
  const api = { url: 'https://api/v1', key: 'right', age: 'known' } as const
  await collect(verifyDeployment({ ...REQUEST, api }, cloud.ports))
  expect(cloud.calls).toEqual(['invoke', 'callApi'])
})

test('a key that stays refused is given up after three minutes', async () => {
  const cloud = new InMemoryCloud()
  const startMs = cloud.nowMs
  await expect(collect(verifyDeployment(REQUEST, cloud.ports))).rejects.toMatchObject({
    code: 'KEY-PENDING',
  })
  expect(cloud.nowMs - startMs).toBe(180_000)
})

test('a searcher that answers an error is reported with its answer', async () => {
  const cloud = new InMemoryCloud()
  cloud.searcherAnswer = '{"errorMessage":"Cannot find module index.mjs"}'
  await expect(collect(verifyDeployment(REQUEST, cloud.ports))).rejects.toMatchObject({
    code: 'FUNCTION-FAILED',
    message: expect.stringContaining('Cannot find module'),
    fix: 'qw-lambda logs searcher --request r-1',
  })
})

test('a searcher that answers with another status is not verified', async () => {
  const cloud = new InMemoryCloud()
  cloud.searcherAnswer = '{"statusCode":500,"body":"no bucket"}'
  await expect(collect(verifyDeployment(REQUEST, cloud.ports))).rejects.toMatchObject({
    code: 'VERIFY-SEARCHER',
    message: expect.stringContaining('500: no bucket'),
  })
})
