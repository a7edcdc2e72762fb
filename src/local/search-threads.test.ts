import { expect, test } from 'vitest'
import type { HandedRequest, HandedResponse } from './handed-request.ts'
import { SearchThreads } from './search-threads.ts'

const REQUEST: HandedRequest = {
  method: 'GET',
  url: 'http://host/',
  rawHeaders: [],
  body: undefined,
}
const ANSWER: HandedResponse = { status: 200, headers: [], body: new Uint8Array(0) }
const EACH = 8

/** A thread that answers when it is told to. */
function fakeThread() {
  const begun: (() => void)[] = []
  let running = 0
  return {
    begun,
    get callCount() {
      return running
    },
    start: () => undefined,
    close: () => Promise.resolve(),
    work: {
      async answer(): Promise<HandedResponse> {
        running++
        await new Promise<void>((done) => begun.push(done))
        running--
        return ANSWER
      },
    },
  }
}

async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve))
}

const { signal } = new AbortController()

test('requests are shared out evenly, eight to a thread; others wait their turn', async () => {
  const threads = [fakeThread(), fakeThread()]
  const searches = new SearchThreads(threads)
  const answers = Array.from({ length: 3 * EACH }, () => searches.answer(REQUEST, signal))
  await settle()
  expect(threads.map(({ callCount }) => callCount)).toEqual([EACH, EACH])
  threads[1]?.begun[0]?.()
  await settle()
  expect(threads.map(({ begun }) => begun.length)).toEqual([EACH, EACH + 1])
  for (let i = 0; i < 3 * EACH; i++) {
    for (const { begun } of threads) begun[i]?.()
    await settle()
  }
  expect(await Promise.all(answers)).toEqual(answers.map(() => ANSWER))
})

test('a request whose client left while it waited is never handed over', async () => {
  const thread = fakeThread()
  const searches = new SearchThreads([thread])
  const leaving = new AbortController()
  const answers = Array.from({ length: EACH }, () => searches.answer(REQUEST, signal))
  const left = searches.answer(REQUEST, leaving.signal)
  const last = searches.answer(REQUEST, signal)
  leaving.abort(new Error('gone'))
  thread.begun[0]?.()
  await expect(left).rejects.toThrow('gone')
  await settle()
  for (const done of thread.begun) done()
  await Promise.all([...answers, last])
  expect(thread.begun).toHaveLength(EACH + 1)
})
