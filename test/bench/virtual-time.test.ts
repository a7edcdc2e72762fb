import { expect, test } from 'vitest'
import { VirtualTime } from '../../bench/cold/virtual-time.ts'
import { Stopwatch } from '../../bench/stopwatch.ts'

/** Computing is measured, so that no time is exact. */
const LITTLE_MS = 200

function between(least: number) {
  return expect.toSatisfy((ms: number) => ms >= least && ms < least + LITTLE_MS)
}

test('an hour of waiting is over at once, and counts', async () => {
  const time = new VirtualTime()
  const thread = time.thread('here')
  const { value, elapsedMs } = await time.run(thread, async () => {
    await thread.sleep(3_600_000)
    return 'done'
  })
  expect(value).toBe('done')
  expect(elapsedMs).toEqual(between(3_600_000))
})

test('what is waited for together takes as long as the longest', async () => {
  const time = new VirtualTime()
  const thread = time.thread('here')
  const { elapsedMs } = await time.run(thread, () =>
    Promise.all([thread.sleep(1_000), thread.sleep(5_000), thread.sleep(3_000)]),
  )
  expect(elapsedMs).toEqual(between(5_000))
})

test('computing counts, longer on slower cores, and keeps its thread from going on', async () => {
  const time = new VirtualTime(0.001)
  const thread = time.thread('here')
  const { elapsedMs } = await time.run(thread, () =>
    Promise.all([thread.sleep(1).then(() => compute(20)), thread.sleep(2).then(() => compute(20))]),
  )
  expect(elapsedMs).toBeGreaterThan(2 * 20 * 900)
})

test('threads compute side by side', async () => {
  const time = new VirtualTime(0.001)
  const threads = [time.thread('here'), time.thread('there'), time.thread('elsewhere')] as const
  const [asker] = threads
  const { elapsedMs } = await time.run(asker, () =>
    Promise.all(
      threads.map(async (thread) => {
        await time.goOn(thread, 10)
        compute(20)
        await time.goOn(asker, thread.nowMs())
      }),
    ),
  )
  expect(elapsedMs).toBeGreaterThan(20 * 900)
  expect(elapsedMs).toBeLessThan(3 * 20 * 900)
})

test("the model's own work takes no time", async () => {
  const time = new VirtualTime(0.001)
  const thread = time.thread('here')
  const { elapsedMs } = await time.run(thread, async () => time.aside(() => compute(50)))
  expect(elapsedMs).toBeLessThan(50 * 900)
})

test('a wait that is given up is no longer waited for', async () => {
  const time = new VirtualTime()
  const thread = time.thread('here')
  const over = new AbortController()
  const { elapsedMs } = await time.run(thread, async () => {
    const long = thread.sleep(1_000_000, over.signal).catch(() => 'given up')
    await thread.sleep(10)
    over.abort()
    return await long
  })
  expect(elapsedMs).toEqual(between(10))
})

test('a wait for something that has no modelled time is an error', async () => {
  const time = new VirtualTime()
  const never = new Promise(() => {})
  await expect(time.run(time.thread('here'), () => never)).rejects.toThrow('no modelled time')
})

/** By the clock of the model: a busy machine lengthens nothing and shortens nothing. */
function compute(ms: number): void {
  const watch = new Stopwatch()
  while (watch.elapsedMs() < ms);
}
