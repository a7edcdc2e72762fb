import { afterEach, expect, test, vi } from 'vitest'
import {
  failedLeaf,
  type LeafInvoker,
  type LeafRequest,
  type LeafResponse,
} from '../engine/search/leaf-request.ts'
import { CrewMember, type PeerMessage, SearchCrew } from './search-crew.ts'

const REQUEST = { indexId: 'events', splits: [] } as unknown as LeafRequest // no test looks inside
const NOTHING = failedLeaf([])
const answering: LeafInvoker = { search: () => Promise.resolve(NOTHING) }

const ports: PeerMessage[] = []
afterEach(() => {
  for (const { port } of ports.splice(0)) port.close()
})

/** A thread of the crew that runs in this one. */
function member(crew: SearchCrew, index: number, here = answering) {
  const one = new CrewMember(crew.placeOf(index), here)
  const worker = {
    threadId: index + 1,
    postMessage(message: PeerMessage): void {
      ports.push(message)
      one.join(message)
    },
  }
  crew.started(index, worker)
  return { one, worker }
}

test('all that have nothing to do are ready, each in its place', () => {
  const crew = new SearchCrew(3)
  const [a, b, c] = [0, 1, 2].map((index) => member(crew, index).one)
  expect(a?.ready()).toEqual([undefined, expect.anything(), expect.anything()])
  expect(b?.ready()).toEqual([expect.anything(), undefined, expect.anything()])
  Atomics.add(crew.placeOf(0).busy, 1, 1)
  expect(c?.ready()).toEqual([expect.anything(), undefined])
  expect(b?.ready()).toEqual([expect.anything(), undefined, expect.anything()])
})

test('who searches for another is busy as long', async () => {
  const crew = new SearchCrew(2)
  let finish: (answer: LeafResponse) => void = () => undefined
  const begun = new Promise<void>((begin) => {
    const slow: LeafInvoker = {
      search: () => {
        begin()
        return new Promise((resolve) => {
          finish = resolve
        })
      },
    }
    member(crew, 1, slow)
  })
  const { one } = member(crew, 0)
  const handed = one.ready()[1]?.hand(REQUEST, undefined)
  await begun
  expect(one.ready()).toEqual([undefined])
  finish(NOTHING)
  expect(await handed?.answer).toEqual(NOTHING)
  expect(one.ready()).toHaveLength(2)
})

test('a thread that ended is not ready until another has its place', async () => {
  const crew = new SearchCrew(2)
  const { one } = member(crew, 0)
  const second = member(crew, 1)
  for (const { port } of ports.splice(0)) port.close()
  await vi.waitFor(() => expect(one.ready()).toEqual([undefined]), { timeout: 20_000 })
  second.worker.threadId = -1
  member(crew, 1)
  expect(await one.ready()[1]?.hand(REQUEST, undefined).answer).toEqual(NOTHING)
})

test('who ended is told of nobody', () => {
  const crew = new SearchCrew(2)
  member(crew, 0).worker.threadId = -1
  member(crew, 1)
  expect(ports).toEqual([])
})
