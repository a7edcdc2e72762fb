import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { Clock } from '../engine/ports.ts'
import { instantClock } from '../stores/testing/instant-clock.ts'
import { systemRandom } from '../stores/system-clock.ts'
import { createLocalStack, openLocalStack, type LocalStack } from './local-stack.ts'
import { nextRunMs, runGenerator, runSchedule } from './schedule.ts'
import type { GeneratorState } from './stack-file.ts'

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

const MINUTE_MS = 60_000
const DOCS = 10

/** A stack of ten documents a batch, and another process's view of it. */
async function world(
  generator: Partial<GeneratorState> = {},
  onLog: (fields: unknown) => void = () => undefined,
) {
  const dataDir = await mkdtemp(join(tmpdir(), 'qwl-schedule-'))
  folders.push(dataDir)
  const base = instantClock()
  const startMs = base.nowMs()
  const steps: { readonly atMs: number; readonly act: () => Promise<unknown> }[] = []
  const clock: Clock = {
    nowMs: () => base.nowMs(),
    async sleep(ms, signal) {
      await base.sleep(ms, signal)
      while (steps[0] !== undefined && base.nowMs() >= startMs + steps[0].atMs) {
        await steps.shift()?.act()
      }
    },
  }
  const logged: Readonly<Record<string, unknown>>[] = []
  const log = (fields: Readonly<Record<string, unknown>>): void => {
    logged.push(fields)
    onLog(fields)
  }
  const host = { dataDir, clock, random: systemRandom, log }
  const stack = await createLocalStack(host, 'shop', undefined)
  const other = await openLocalStack(host, 'shop')
  const set = (changes: Partial<GeneratorState>): Promise<unknown> =>
    other.updateFile((file) => ({ ...file, generator: { ...file.generator, ...changes } }))
  await set({ docsPerBatch: DOCS, everyMs: 5 * MINUTE_MS, ...generator })
  const lines: unknown[] = []
  return {
    stack,
    other,
    base,
    clock,
    set,
    lines,
    logged,
    at: (minutes: number, act: () => Promise<unknown>) =>
      steps.push({ atMs: minutes * MINUTE_MS, act }),
    runFor: async (
      minutes: number,
      more: { everyMs?: number; evenIfPaused?: boolean } = {},
    ): Promise<void> => {
      const end = new AbortController()
      steps.push({ atMs: minutes * MINUTE_MS, act: async () => end.abort() })
      const log = (fields: unknown): number => lines.push(fields)
      await runSchedule(stack, clock, { signal: end.signal, log, ...more })
    },
    batchCount: async () => (await other.readFile()).generator.batchCount,
  }
}

async function docCountOf(stack: LocalStack): Promise<number> {
  const { splits } = await stack.indexing.metastore.load('mock-sales')
  const published = splits.filter(({ state }) => state === 'Published')
  return published.reduce((sum, { docCount }) => sum + docCount, 0)
}

describe('under serve', () => {
  test('a batch is made at once and then every five minutes, without drift', async () => {
    const { stack, runFor, batchCount, other } = await world()
    const { createdMs } = await stack.readFile()
    await runFor(31)
    expect(await batchCount()).toBe(7)
    expect(await docCountOf(other)).toBe(7 * DOCS)
    const { lastRunMs } = (await other.readFile()).generator
    expect((lastRunMs ?? 0) - createdMs).toBe(30 * MINUTE_MS)
  })

  test('another process pauses it and lets it go on', async () => {
    const { runFor, at, set, batchCount } = await world()
    let whilePaused = 0
    at(6, () => set({ paused: true }))
    at(29, async () => (whilePaused = await batchCount()))
    at(30, () => set({ paused: false }))
    await runFor(34)
    expect(whilePaused).toBe(2)
    expect(await batchCount()).toBe(3)
  })

  test('a batch made by hand counts as the last one', async () => {
    const { runFor, at, other, clock, batchCount } = await world()
    at(4, () => runGenerator(other, clock, {}))
    await runFor(8)
    expect(await batchCount()).toBe(2)
  })

  test('its own pace and `even if paused` hold for as long as it runs', async () => {
    const { runFor, batchCount, other } = await world({ paused: true })
    await runFor(3, { everyMs: MINUTE_MS, evenIfPaused: true })
    expect(await batchCount()).toBe(3)
    expect((await other.readFile()).generator).toMatchObject({
      paused: true,
      everyMs: 5 * MINUTE_MS,
    })
  })

  test('a clock that was set back does not silence it', async () => {
    const { runFor, batchCount, base } = await world({ lastRunMs: Date.UTC(2030, 0, 1) })
    expect(base.nowMs()).toBeLessThan(Date.UTC(2030, 0, 1))
    await runFor(1)
    expect(await batchCount()).toBe(1)
  })

  test('a failure is logged, and it goes on', async () => {
    const { runFor, at, stack, lines, batchCount, set } = await world({ seed: -1 })
    at(1, () => set({ seed: 1 }))
    await runFor(7)
    expect(lines).toMatchObject([{ event: 'schedule-failed' }])
    expect(await batchCount()).toBe(2)
    expect(await docCountOf(stack)).toBe(DOCS)
  })
})

test('the stack’s seed counts on from batch to batch, so that no two are the same', async () => {
  const { stack, clock, logged } = await world({ seed: 7 })
  for (const batches of [1, 2]) await runGenerator(stack, clock, { batches })
  const keys = logged.flatMap((line) => (line['event'] === 'generated' ? line['keys'] : []))
  const seeds = keys.map((key) => /-(\d+)\.gz$/.exec(String(key))?.[1])
  expect(seeds).toEqual(['7', '8', '9'])
})

test('interrupted, nothing of it runs on, and what was staged is indexed by whoever recovers', async () => {
  const end = new AbortController()
  const isGenerated = (fields: unknown): boolean =>
    (fields as Readonly<Record<string, unknown>>)['event'] === 'generated'
  const onLog = (fields: unknown): void => {
    if (isGenerated(fields)) end.abort(new Error('interrupted'))
  }
  const { stack, other, clock } = await world({ docsPerBatch: 20_000 }, onLog)
  await expect(runGenerator(stack, clock, { batches: 2 }, end.signal)).rejects.toThrow(
    'interrupted',
  )
  await other.staging.recover()
  await other.staging.settled()
  expect(await docCountOf(other)).toBe(40_000)
})

test('the next run is due an interval after the last, and at once when there was none', () => {
  expect(nextRunMs({ lastRunMs: 5, everyMs: 10 })).toBe(15)
  expect(nextRunMs({ lastRunMs: undefined, everyMs: 10 })).toBe(0)
})
