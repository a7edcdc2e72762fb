import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { ObjectInfo } from '../engine/ports.ts'
import { memoryStore } from '../stores/memory-store.ts'
import { systemClock, systemRandom } from '../stores/system-clock.ts'
import { makeGeneratorHandler } from './generator-handler.ts'

const INVOCATION = { requestId: 'r', deadlineMs: undefined }

function setUp() {
  const staging = memoryStore()
  const components = { staging, clock: systemClock, random: systemRandom, log: () => undefined }
  return {
    staging,
    generate: makeGeneratorHandler(components, { indexId: 'shop', docsPerBatch: 3 }),
  }
}

test('a run stages one zipped file of as many documents as the stack is set to', async () => {
  const { staging, generate } = setUp()
  const report = await generate({}, INVOCATION)
  const listed: ObjectInfo[] = []
  for await (const info of staging.list('')) listed.push(info)
  expect(listed.map(({ key }) => key)).toEqual(report.keys)
  expect(report.keys[0]).toMatch(/^shop\/\d{10}.*\.gz$/)
  const stored = await staging.get(report.keys[0] ?? '')
  const lines = gunzipSync(stored?.bytes ?? '')
    .toString()
    .split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { id: number }).id)).toEqual([0, 1, 2])
})

test('an event asks for more documents and more files', async () => {
  const { generate } = setUp()
  const report = await generate({ docs: 5, batches: 2, seed: 1 }, INVOCATION)
  expect(report).toMatchObject({ num_docs: 10 })
  expect(new Set(report.keys).size).toBe(2)
})

test.each([{ docs: -1 }, { docs: 1.5 }, { docs: '5' }, { docs: 1_000_001 }, { batches: 1_001 }])(
  '%j is refused',
  async (event) => {
    await expect(setUp().generate(event, INVOCATION)).rejects.toMatchObject({ kind: 'invalid' })
  },
)

test('no document is of later than now, and the last one is of now', async () => {
  const { staging, generate } = setUp()
  const { keys } = await generate({ docs: 5_000 }, INVOCATION)
  const nowMs = Date.now()
  const stored = await staging.get(keys[0] ?? '')
  const lines = gunzipSync(stored?.bytes ?? new Uint8Array())
    .toString()
    .split('\n')
  const times = lines.map((line) => Number(JSON.parse(line).ts))
  expect(Math.max(...times)).toBeLessThanOrEqual(nowMs)
  expect(Math.min(...times)).toBeGreaterThan(nowMs - 5_000 - 10_000)
})
