import { expect } from 'vitest'

/** A count that is kept in a test, so that who changes it sees it change. */
interface Kept {
  /** What is counted, as the subject of a sentence. */
  readonly what: string
  readonly kept: number
  readonly counted: number
  /** Share of the kept count that it may be off by; exact unless given. */
  readonly within?: number
  /** How to see where the count comes from. */
  readonly look: string
}

/** Fails where more is counted than is kept, and where less is: then the better figure is to be kept. */
export function expectCount({ what, kept, counted, within = 0, look }: Kept): void {
  const isKept = Math.abs(counted - kept) <= kept * within
  const change = counted > kept ? 'That is worse' : 'That is better: keep the new figure'
  expect(isKept, `${what}: ${kept} is kept, ${counted} is counted. ${change}. ${look}`).toBe(true)
}
