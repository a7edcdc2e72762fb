import { expect, test } from 'vitest'
import { SharedFlights } from './shared-flights.ts'

/** A request that is answered by hand. */
class Request {
  started = 0
  signal: AbortSignal | undefined
  answer: (value: string) => void = () => undefined

  readonly start = (signal: AbortSignal): Promise<string> => {
    this.started++
    this.signal = signal
    return new Promise((resolve, reject) => {
      this.answer = resolve
      signal.addEventListener('abort', () => reject(signal.reason as Error))
    })
  }
}

test('those who ask for the same at the same time share one request, later ones start anew', async () => {
  const flights = new SharedFlights<string>()
  const request = new Request()
  const both = [1, 2].map(() => flights.run('a', undefined, request.start))
  request.answer('found')
  expect(await Promise.all(both)).toEqual(['found', 'found'])
  expect(request.started).toBe(1)
  const later = flights.run('a', undefined, request.start)
  request.answer('again')
  expect([await later, request.started]).toEqual(['again', 2])
})

test('who gives up leaves alone; when all have, the request is aborted and not joined any more', async () => {
  const flights = new SharedFlights<string>()
  const request = new Request()
  const [first, second] = [new AbortController(), new AbortController()]
  const left = flights.run('a', first.signal, request.start)
  const staying = flights.run('a', second.signal, request.start)
  first.abort(new Error('went away'))
  await expect(left).rejects.toThrow('went away')
  expect(request.signal?.aborted).toBe(false)
  second.abort(new Error('went as well'))
  await expect(staying).rejects.toThrow('went as well')
  expect(request.signal?.aborted).toBe(true)
  const other = new Request()
  const anew = flights.run('a', undefined, other.start)
  other.answer('found')
  expect(await anew).toBe('found')
})

test('a failure is everybody’s, and the next one tries again', async () => {
  const flights = new SharedFlights<string>()
  const failing = (): Promise<string> => Promise.reject(new Error('busy'))
  const both = [1, 2].map(() => flights.run('a', undefined, failing))
  expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual([
    'rejected',
    'rejected',
  ])
  expect(await flights.run('a', undefined, () => Promise.resolve('found'))).toBe('found')
})

test('a search with many reads at once is no warning on the terminal', async () => {
  const warnings: Error[] = []
  const onWarning = (warning: Error): unknown => warnings.push(warning)
  process.on('warning', onWarning)
  const flights = new SharedFlights<string>()
  const { signal } = new AbortController()
  const keys = Array.from({ length: 50 }, (_, i) => String(i))
  const found = await Promise.all(
    keys.map((key) => flights.run(key, signal, () => Promise.resolve(key))),
  )
  await new Promise(setImmediate)
  process.off('warning', onWarning)
  expect([found, warnings]).toEqual([keys, []])
})
