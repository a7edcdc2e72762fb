import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Answer } from '../../bench/peers/peer.ts'
import type { AskedSet } from '../../bench/peers/peer-sets.ts'
import { sideBySide, type NamedPeer } from '../../bench/peers/side-by-side.ts'
import { SALES_QUESTIONS } from '../../bench/questions.ts'

const SET: AskedSet = {
  indexId: 'mock-sales',
  what: 'mock sales',
  file: 'none',
  docs: 3,
  questions: SALES_QUESTIONS.slice(0, 2),
}

/** One that counts what `counts` say; undefined: it has no means to. */
function peerThatCounts(name: string, counts: readonly (number | undefined)[]): NamedPeer {
  const answer = (count: number): Answer => {
    return { count, hits: 0, newestMs: [], exact: {}, approximate: {} }
  }
  return {
    name,
    version: '1',
    index: async () => ({ docs: 3, searchableMs: 1, wholeMs: 1, cpuMs: 1, bytes: 1 }),
    ask: async (_set, _folder, { questions, runs }) =>
      questions.map((_, at) => {
        const count = counts[at]
        return count === undefined
          ? undefined
          : { answer: answer(count), timesMs: Array<number>(runs).fill(count) }
      }),
  }
}

async function compare(...peers: NamedPeer[]): ReturnType<typeof sideBySide> {
  const folder = mkdtempSync(join(tmpdir(), 'peers-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return await sideBySide(SET, folder, peers)
}

test('who answers the same is timed, who answers otherwise is not', async () => {
  const { found } = await compare(
    peerThatCounts('ours', [1, 2]),
    peerThatCounts('other', [1, 3]),
    peerThatCounts('mute', [1, undefined]),
  )
  const kinds = found.map(({ outcome }) => outcome.outcomes.map(({ kind }) => kind))
  expect(kinds).toEqual([
    ['timed', 'timed'],
    ['timed', 'differs'],
    ['timed', 'unasked'],
  ])
  expect(found[1]?.outcome.outcomes[1]).toMatchObject({ differences: ['count: 2 here, 3 there'] })
})

test('one that fails, or loses documents, is told and takes no other with it', async () => {
  const breaks = {
    ...peerThatCounts('broken', []),
    index: () => Promise.reject(new Error('no disk')),
  }
  const loses = peerThatCounts('loser', [1, 2])
  const index = async (): ReturnType<NamedPeer['index']> => {
    return { docs: 2, searchableMs: 1, wholeMs: 1, cpuMs: 1, bytes: 1 }
  }
  const { found, failures } = await compare(
    peerThatCounts('ours', [1, 2]),
    breaks,
    { ...loses, index },
    peerThatCounts('other', [1, 2]),
  )
  expect(found.map(({ name }) => name)).toEqual(['ours', 'other'])
  expect(failures).toEqual([
    { name: 'broken', message: 'no disk' },
    { name: 'loser', message: 'loser indexed 2 documents of 3' },
  ])
})
