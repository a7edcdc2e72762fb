import { expect, test } from 'vitest'
import { systemClock, systemRandom } from './system-clock.ts'

test('sleep ends after its time', async () => {
  await expect(systemClock.sleep(1)).resolves.toBeUndefined()
})

test('sleep rejects with the reason when aborted before and during', async () => {
  const reason = new Error('enough')
  await expect(systemClock.sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason)
  const abort = new AbortController()
  const sleeping = systemClock.sleep(60_000, abort.signal)
  abort.abort(reason)
  await expect(sleeping).rejects.toBe(reason)
})

test('random bytes have the asked length and differ', () => {
  expect(systemRandom.bytes(0)).toEqual(new Uint8Array())
  expect(systemRandom.bytes(16)).toHaveLength(16)
  expect(systemRandom.bytes(16)).not.toEqual(systemRandom.bytes(16))
})
