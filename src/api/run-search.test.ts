import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { withTimeout } from './run-search.ts'
import { asQwError } from './api-error.ts'
import { statusOf } from './status.ts'

const open = new AbortController().signal

function forever(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })
}

test('a search that takes too long ends as a 408 that says what to do', async () => {
  const error = asQwError(await withTimeout(open, forever, 5).catch((thrown: unknown) => thrown))
  expect([statusOf(error), error.code]).toEqual([408, 'SEARCH-TIMEOUT'])
  expect(error.fix).toContain('narrow')
})

test('what a search throws in time, and a client that went away, pass through as they are', async () => {
  const broken = new Error('broken')
  await expect(withTimeout(open, () => Promise.reject(broken))).rejects.toBe(broken)
  const gone = new Error('gone')
  await expect(
    withTimeout(AbortSignal.abort(gone), async (signal) => {
      signal.throwIfAborted()
    }),
  ).rejects.toBe(gone)
})

test('a client that goes away ends a search that runs, and nothing of it stays when it is done', async () => {
  const client = new AbortController()
  const running = withTimeout(client.signal, forever)
  client.abort(new Error('gone'))
  await expect(running).rejects.toThrow('gone')
  const other = new AbortController()
  let given: AbortSignal | undefined
  await withTimeout(other.signal, (signal) => Promise.resolve((given = signal)))
  expect(getEventListeners(other.signal, 'abort')).toEqual([])
  other.abort()
  expect(given?.aborted).toBe(false)
})
