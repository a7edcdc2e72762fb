import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { makeBatch } from './first-data.ts'
import type { FunctionPort } from './ports.ts'
import { InMemoryCloud } from './testing/in-memory-cloud.ts'
import { collect } from './testing/sample-deployment.ts'

const REQUEST = { generator: 'generator', searcher: 'searcher', indexId: 'mock-sales', docs: 50 }

/** A searcher that gives these answers in turn, the last one for ever, and a working generator. */
function functionsAnswering(cloud: InMemoryCloud, answers: readonly unknown[]): FunctionPort {
  let turn = 0
  return {
    ...cloud.ports.functions,
    invoke: async (name) => {
      const answer =
        name === 'generator' ? { num_docs: 50 } : answers[Math.min(turn, answers.length - 1)]
      if (name === 'searcher') turn++
      const payload = Buffer.from(JSON.stringify(answer))
      return { payload, functionError: undefined, logTail: '', requestId: undefined }
    },
  }
}

/** As the searcher answers: always gzipped, hence in base64. */
function hits(count: number) {
  const body = gzipSync(JSON.stringify({ num_hits: count, hits: [] })).toString('base64')
  return { statusCode: 200, body, isBase64Encoded: true }
}

const NO_INDEX = { statusCode: 404, body: '{}' }

test('the first batch is waited for from no index to its last document', async () => {
  const cloud = new InMemoryCloud()
  const functions = functionsAnswering(cloud, [NO_INDEX, NO_INDEX, hits(20), hits(50)])
  const { result } = await collect(makeBatch(REQUEST, { ...cloud.ports, functions }))
  expect(result).toEqual({ docCount: 50, hitCount: 50, searchableMs: 4_000 })
})

test('a further batch is searchable when it has been added to what was there', async () => {
  const cloud = new InMemoryCloud()
  const functions = functionsAnswering(cloud, [hits(100), hits(100), hits(150)])
  const { result } = await collect(makeBatch(REQUEST, { ...cloud.ports, functions }))
  expect(result.hitCount).toBe(150)
})

test('several batches are an invocation each, every one with a seed of its own', async () => {
  const cloud = new InMemoryCloud()
  const events: unknown[] = []
  const inner = functionsAnswering(cloud, [hits(0), hits(150)])
  const functions: FunctionPort = {
    ...inner,
    invoke: (name, payload) => {
      if (name === 'generator') events.push(JSON.parse(Buffer.from(payload).toString()))
      return inner.invoke(name, payload)
    },
  }
  const request = { ...REQUEST, batches: 3, seed: 7 }
  const { result } = await collect(makeBatch(request, { ...cloud.ports, functions }))
  expect(result.docCount).toBe(150)
  expect(events).toEqual([7, 8, 9].map((seed) => ({ docs: 50, seed })))
})

test('a batch that never arrives is given up with where to look', async () => {
  const cloud = new InMemoryCloud()
  const functions = functionsAnswering(cloud, [NO_INDEX])
  const action = collect(makeBatch(REQUEST, { ...cloud.ports, functions }))
  await expect(action).rejects.toMatchObject({
    code: 'NOT-SEARCHABLE',
    fix: expect.stringContaining('logs indexer'),
  })
})
