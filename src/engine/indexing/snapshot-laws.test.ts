import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Fault, FaultPlan } from '../../stores/testing/faulty-store.ts'
import { pinnedSplitIds } from '../metastore/snapshot-record.ts'
import { publishedSplits } from '../metastore/index-metadata.ts'
import { splitKey } from '../metastore/layout.ts'
import { docMatcher } from '../search/match-docs.ts'
import { restoreSnapshot } from './restore.ts'
import { keysOf, numbersOf, published, snapshotWorld } from './testing/snapshot-world.ts'

/*
 * Rounds of what can happen to an index at the same time: documents come, splits merge, are cleaned up
 * without any grace, erased from, pinned, brought back, unpinned. Requests interleave as the seed has
 * it, and some fail, with or without having happened.
 */

const ACTS = ['add', 'merge', 'cleanUp', 'erase', 'take', 'drop', 'restore', 'clear'] as const
type Act = (typeof ACTS)[number]

const ROUND = fc.array(fc.constantFrom(...ACTS), { minLength: 1, maxLength: 4 })

test('a snapshot loses nothing, doubles nothing and brings nothing erased back, whatever happens beside it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(ROUND, { minLength: 1, maxLength: 6 }),
      fc.infiniteStream(fc.nat({ max: 60 })),
      async (rounds, dice) => {
        const run = await LawRun.begin(dice)
        for (const round of rounds) await run.round(round)
        await run.finish()
      },
    ),
    { numRuns: 25 },
  )
})

class LawRun {
  readonly #world: Awaited<ReturnType<typeof snapshotWorld>>
  readonly #roll: () => number
  readonly #faults: { areOn: boolean }
  #next = 30
  /** Erased for good, as far as they were published when that was asked for. */
  readonly #erased = new Set<number>()
  /** Documents by snapshot id, as first seen. */
  readonly #held = new Map<string, readonly number[]>()

  private constructor(
    world: Awaited<ReturnType<typeof snapshotWorld>>,
    roll: () => number,
    faults: { areOn: boolean },
  ) {
    this.#world = world
    this.#roll = roll
    this.#faults = faults
  }

  static async begin(dice: fc.Stream<number>): Promise<LawRun> {
    const roll = (): number => dice.next().value ?? 0
    const faults = { areOn: false }
    const plan: FaultPlan = () => {
      const rolled = faults.areOn ? roll() : 10
      const fault: Fault | undefined =
        rolled === 1 ? { kind: 'failBefore' } : rolled === 2 ? { kind: 'failAfter' } : undefined
      return fault
    }
    const world = await snapshotWorld(3, plan)
    // Requests take their turns: some are held back by a number of steps.
    for (const verb of ['get', 'put', 'read', 'delete'] as const) {
      const act = world.inner[verb].bind(world.inner) as (...args: unknown[]) => Promise<unknown>
      Object.assign(world.inner, {
        [verb]: async (...args: unknown[]) => {
          for (let turns = faults.areOn ? roll() % 8 : 0; turns > 0; turns--)
            await Promise.resolve()
          return await act(...args)
        },
      })
    }
    return new LawRun(world, roll, faults)
  }

  async round(acts: readonly Act[]): Promise<void> {
    const before = await published(this.#world.metastore)
    this.#faults.areOn = true
    await Promise.all(acts.map((act) => this.#perform(act, before).catch(() => undefined)))
    this.#faults.areOn = false
    await this.#world.erase()
    await this.#check()
  }

  async #perform(act: Act, before: readonly number[]): Promise<void> {
    const world = this.#world
    const name = `s${this.#roll() % 3}`
    switch (act) {
      case 'add': {
        const from = this.#next
        this.#next += 10
        await world.add(from, from + 10)
        return
      }
      case 'erase': {
        const remainder = this.#roll() % 10
        // A task that is recorded twice, or whose answer was lost, is carried out all the same.
        for (let asked = false; !asked;) {
          asked = await world.ask(endingIn(remainder, this.#next)).then(
            () => true,
            () => false,
          )
        }
        for (const n of before) if (n % 10 === remainder) this.#erased.add(n)
        await this.#noteHeld(remainder)
        await world.erase()
        return
      }
      case 'take':
        await world.take(name)
        return
      case 'drop':
        await world.drop(name)
        return
      case 'restore':
        await world.restore(name, this.#roll() % 2 === 0 ? 'kept' : 'restored')
        return
      case 'cleanUp':
        await world.cleanUp()
        return
      case 'merge':
        await world.merge()
        return
      case 'clear':
        await world.clear()
    }
  }

  /** What a snapshot holds that was there before the erasure must not come back with it. */
  async #noteHeld(remainder: number): Promise<void> {
    for (const numbers of this.#held.values()) {
      for (const n of numbers) if (n % 10 === remainder) this.#erased.add(n)
    }
  }

  async #check(): Promise<void> {
    const { metastore } = this.#world
    const numbers = await published(metastore)
    expect(new Set(numbers).size).toBe(numbers.length)
    expect(numbers.filter((n) => this.#erased.has(n))).toEqual([])
    for (const { name, snapshotId, docCount } of (await metastore.load('events')).snapshots) {
      const held = await numbersOf(metastore, name)
      expect(held).toHaveLength(docCount)
      expect(held).toEqual(this.#held.get(snapshotId) ?? held)
      this.#held.set(snapshotId, held)
    }
  }

  /** Each snapshot brings back what it held, but for what was erased; nothing unnamed is left behind. */
  async finish(): Promise<void> {
    const { metastore, components, store, cleanUp, inner } = this.#world
    const { snapshots } = await metastore.load('events')
    for (const { name, snapshotId } of snapshots) {
      const request = { indexId: 'events', name, matchDocs: docMatcher(store) }
      await restoreSnapshot(components, { ...request, checkpoint: 'restored' })
      const held = this.#held.get(snapshotId) ?? []
      const numbers = await published(metastore)
      expect(numbers.filter((n) => this.#erased.has(n))).toEqual([])
      expect(held.filter((n) => !this.#erased.has(n) && !numbers.includes(n))).toEqual([])
      expect(numbers.filter((n) => !held.includes(n))).toEqual([])
    }
    await cleanUp()
    await cleanUp()
    const file = await metastore.load('events')
    const named = publishedSplits(file).map(({ splitId }) => splitId)
    const expected = new Set([...named, ...pinnedSplitIds(file)])
    const keys = [...expected].map((splitId) => splitKey('events', splitId)).toSorted()
    expect(await keysOf(inner, '.split')).toEqual(keys)
  }
}

/** Documents whose number ends in a digit. */
function endingIn(digit: number, end: number): string {
  const numbers = Array.from({ length: Math.ceil(end / 10) }, (_, tens) => tens * 10 + digit)
  return numbers.map((n) => `n:${n}`).join(' OR ')
}
