import { expect, test } from 'vitest'
import { VirtualTime } from '../../test/backlog/virtual-time.ts'
import { HELD_SECONDS, HeldMessages } from './held-messages.ts'

const message = (receiptHandle: string) => ({
  messageId: receiptHandle,
  receiptHandle,
  receiveCount: 1,
  body: '',
  tasks: [],
  unreadable: undefined,
})

function hold(handles: readonly string[], postpone?: (clock: VirtualTime) => Promise<void>) {
  const clock = new VirtualTime()
  const asked: (readonly [second: number, handles: string, seconds: number])[] = []
  const lines: unknown[] = []
  const queue = {
    send: () => Promise.resolve(),
    postpone: async (some: readonly string[], seconds: number) => {
      asked.push([clock.nowMs() / 1_000, some.join(' '), seconds])
      await postpone?.(clock)
    },
  }
  const log = (line: unknown): void => void lines.push(line)
  return {
    held: new HeldMessages(handles.map(message), { queue, clock, log }),
    clock,
    asked,
    lines,
  }
}

test('messages are hidden for a short time from the beginning, and again every half minute until the end', async () => {
  const { held, clock, asked } = hold(['a', 'b'])
  const work = clock.sleep(70_000).then(() => held.end())
  await clock.run()
  await work
  expect(asked).toEqual([0, 30, 60].map((second) => [second, 'a b', HELD_SECONDS]))
})

test('what failed comes again when it was told to, whatever sign is on its way', async () => {
  const { held, clock, asked } = hold(['a', 'b'], (time) => time.sleep(2_000))
  const work = clock
    .sleep(33_000)
    .then(() => held.postpone(['a'], 480))
    .then(() => clock.sleep(30_000))
    .then(() => held.end())
  await clock.run()
  await work
  expect(asked).toEqual([
    [0, 'a b', 90],
    [32, 'a b', 90],
    [34, 'a', 480],
    [64, 'b', 90],
  ])
})

test('a sign that fails is logged, and the next one is given all the same', async () => {
  const { held, clock, asked, lines } = hold(['a'], () => Promise.reject(new Error('no answer')))
  const work = clock.sleep(40_000).then(() => held.end())
  await clock.run()
  await work
  expect(asked).toHaveLength(2)
  expect(lines[0]).toEqual({ event: 'not-held', num_messages: 1, error: 'no answer' })
})

test('without messages nothing is asked of the queue', async () => {
  const { held, clock, asked } = hold([])
  const end = held.end()
  await clock.run()
  await end
  expect(asked).toEqual([])
})
