import { MessageChannel, Worker } from 'node:worker_threads'
import { afterEach, describe, expect, test } from 'vitest'
import {
  failedLeaf,
  type LeafInvoker,
  type LeafRequest,
  type LeafResponse,
} from '../engine/search/leaf-request.ts'
import { leafHere } from '../engine/search/testing/handed-leaf.ts'
import { BY_ID, shop } from '../engine/search/testing/shop.ts'
import { LeafPeer } from './leaf-peer.ts'

const REQUEST = { indexId: 'events', splits: [] } as unknown as LeafRequest // no test looks inside
const NOTHING: LeafResponse = failedLeaf([])
const nobody: LeafInvoker = { search: () => Promise.reject(new Error('asked')) }

const opened: LeafPeer[] = []
afterEach(() => {
  for (const peer of opened.splice(0)) peer.close()
})

/** Two threads, as far as they can tell. */
function pair(here: LeafInvoker, there: LeafInvoker): [LeafPeer, LeafPeer] {
  const { port1, port2 } = new MessageChannel()
  const peers: [LeafPeer, LeafPeer] = [new LeafPeer(port1, here), new LeafPeer(port2, there)]
  opened.push(...peers)
  return peers
}

describe('a thread that searches for another', () => {
  test('answers what the other would have found', async () => {
    const fixture = await shop([[0, 50]])
    const here = leafHere(fixture.context)
    const [peer] = pair(nobody, here)
    let request: LeafRequest | undefined
    const aggs = { shops: { terms: { field: 'shop' } }, price: { stats: { field: 'price' } } }
    await fixture.search(
      { ...BY_ID, aggs },
      {
        leaf: {
          async search(asked, signal) {
            request = asked
            return await here.search(asked, signal)
          },
        },
      },
    )
    if (request === undefined) throw new Error('no leaf was searched')
    expect(await peer.hand(request, undefined).answer).toEqual(
      await here.search(request, undefined),
    )
  })

  test('searches for each other at the same time', async () => {
    const answer: LeafInvoker = { search: () => Promise.resolve(NOTHING) }
    const [a, b] = pair(answer, answer)
    const both = [a.hand(REQUEST, undefined), b.hand(REQUEST, undefined)]
    expect(await Promise.all(both.map((handed) => handed.answer))).toEqual([NOTHING, NOTHING])
  })

  test('never begins what was taken back', async () => {
    let begun = 0
    const counting: LeafInvoker = {
      search: () => {
        begun++
        return Promise.resolve(NOTHING)
      },
    }
    const [peer] = pair(nobody, counting)
    const handed = peer.hand(REQUEST, undefined)
    expect(handed.takeBack()).toBe(true)
    await expect(handed.answer).rejects.toThrow('taken back')
    const next = peer.hand(REQUEST, undefined)
    await next.answer
    expect(next.takeBack()).toBe(false)
    expect(begun).toBe(1)
  })

  test('tells what went wrong', async () => {
    const [peer] = pair(nobody, { search: () => Promise.reject(new Error('no memory left')) })
    await expect(peer.hand(REQUEST, undefined).answer).rejects.toThrow('no memory left')
  })

  test('stops when the search is over', async () => {
    let stopped: (() => void) | undefined
    const stops = new Promise<void>((resolve) => {
      stopped = resolve
    })
    const endless: LeafInvoker = {
      search: (_, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => {
            stopped?.()
            reject(new Error('stopped'))
          })
        }),
    }
    const [peer] = pair(nobody, endless)
    const abort = new AbortController()
    const handed = peer.hand(REQUEST, abort.signal)
    setTimeout(() => abort.abort(new Error('enough')), 1)
    await expect(handed.answer).rejects.toThrow('enough')
    await stops
  })

  test('that dies in the middle of a search is known to be gone', async () => {
    const { port1, port2 } = new MessageChannel()
    const peer = new LeafPeer(port1, nobody)
    const source = `
      const { workerData } = require('node:worker_threads')
      workerData.on('message', ({ state }) => {
        Atomics.store(state, 0, 1)
        process.exit(1)
      })`
    const worker = new Worker(source, { eval: true, workerData: port2, transferList: [port2] })
    const handed = peer.hand(REQUEST, undefined)
    await expect(handed.answer).rejects.toThrow('the thread that was asked ended')
    expect([peer.isOpen, handed.takeBack()]).toEqual([false, false])
    await worker.terminate()
  })
})
