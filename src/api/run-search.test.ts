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
