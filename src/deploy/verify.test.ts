import { expect, test } from 'vitest'
import { InMemoryCloud } from './testing/in-memory-cloud.ts'
import { collect } from './testing/sample-deployment.ts'
import { verifyDeployment } from './verify.ts'

const REQUEST = { searcher: 'shop-searcher', api: { url: 'https://api/v1', key: 'right' } }

test('a key that AWS has not spread yet is waited for', async () => {
  const cloud = new InMemoryCloud()
  cloud.keysAccepted.add('right')
  cloud.refusalsBeforeKeyWorks = 5
  const { events } = await collect(verifyDeployment(REQUEST, cloud.ports))
  expect(events.filter((event) => event.kind === 'waiting')).toHaveLength(5)
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
