import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../stores/system-clock.ts'
import { RunLog } from './run-log.ts'

const clock = { ...systemClock, nowMs: () => Date.UTC(2026, 10, 23, 4) }

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qwl-log-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

test('a line carries its time, its function and its invocation', async () => {
  new RunLog(folder, clock).of('indexer', () => 'local-1')({ event: 'indexed', num_docs: 3 })
  const [line = ''] = await new RunLog(folder, clock).read()
  expect(JSON.parse(line)).toEqual({
    time: '2026-11-23T04:00:00.000Z',
    source: 'indexer',
    request_id: 'local-1',
    event: 'indexed',
    num_docs: 3,
  })
})

test('the log stays small: the oldest lines go, the newest stay in their order', async () => {
  const log = new RunLog(folder, clock)
  const write = log.of('api')
  const filler = 'x'.repeat(1 << 20)
  for (let n = 0; n < 14; n++) write({ n, filler })
  const kept = (await log.read()).map((line) => (JSON.parse(line) as { n: number }).n)
  expect(kept.length).toBeLessThan(10)
  expect(kept).toEqual(kept.toSorted((a, b) => a - b))
  expect(kept.at(-1)).toBe(13)
})

test('a log that cannot be written fails nothing, and one that is not there is empty', async () => {
  const nowhere = new RunLog(join(folder, '\u0000'), clock)
  nowhere.of('api')({ event: 'request' })
  expect(await nowhere.read()).toEqual([])
})
