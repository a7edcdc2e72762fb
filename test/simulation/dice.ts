import type { Random } from '../../src/engine/ports.ts'
import { seededFractions } from '../../src/stores/testing/seeded-fractions.ts'

/** Every choice of a simulation comes from here: the same seed makes the same choices again. */
export class Dice implements Random {
  readonly #fraction: () => number

  constructor(seed: number) {
    this.#fraction = seededFractions(seed)
  }

  /** Dice of their own for a part of the world, so that what one part draws changes no other. */
  fork(): Dice {
    return new Dice(this.below(2 ** 32))
  }

  chance(share: number): boolean {
    return this.#fraction() < share
  }

  /** A whole number in [0, end). */
  below(end: number): number {
    return Math.floor(this.#fraction() * end)
  }

  /** A whole number in [from, end). */
  between(from: number, end: number): number {
    return from + this.below(end - from)
  }

  of<T>(list: readonly T[]): T {
    const chosen = list[this.below(list.length)]
    if (chosen === undefined) throw new Error('nothing to choose from')
    return chosen
  }

  shuffled<T>(list: readonly T[]): T[] {
    return list
      .map((item) => ({ item, rank: this.#fraction() }))
      .toSorted((a, b) => a.rank - b.rank)
      .map(({ item }) => item)
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.below(256))
  }
}
