import { beforeAll, test } from 'vitest'
import { expectCount } from './expect-count.ts'
import { runCounting } from './run-counting.ts'
import { WARM_SEARCHES } from './warm-searches.ts'

/** Of one search, without the optimising compilers, which leave some out. */
interface Allocated {
  /** Of objects. */
  readonly heapBytes: number
  /** Behind typed arrays. */
  readonly bufferBytes: number
}

const KEPT: Readonly<Record<string, Allocated>> = {
  'a term, ten hits': { heapBytes: 118_800, bufferBytes: 18_742 },
  'an AND of three, top ten by time': { heapBytes: 392_900, bufferBytes: 21_658 },
  'a phrase of two, ten hits': { heapBytes: 186_500, bufferBytes: 96_212 },
  'a scored OR of two, top ten': { heapBytes: 1_364_000, bufferBytes: 2_858 },
  'a histogram of all documents by severity': { heapBytes: 117_000, bufferBytes: 49_164 },
}

/** Between runs and versions of Node it is a hundredth, but for the histogram's buckets. An object for each
 *  of three thousand matches would be two fifths of the first one. */
const WITHIN: Readonly<Record<string, number>> = {
  'a histogram of all documents by severity': 0.08,
}
const WITHIN_ELSE = 0.03

let counted: Readonly<Record<string, Allocated>>

beforeAll(async () => {
  counted = await runCounting('count-search-allocations')
}, 120_000)

test.each(WARM_SEARCHES)('allocations of a warm search: $what', ({ what }) => {
  const [kept, here] = [KEPT[what], counted[what]]
  const look = 'Where: node --heap-prof on a bundle of test/counts/count-search-allocations.ts.'
  expectCount({
    what: `bytes of objects allocated by ${what}`,
    kept: kept?.heapBytes ?? NaN,
    counted: here?.heapBytes ?? NaN,
    within: WITHIN[what] ?? WITHIN_ELSE,
    look,
  })
  expectCount({
    what: `bytes of buffers allocated by ${what}`,
    kept: kept?.bufferBytes ?? NaN,
    counted: here?.bufferBytes ?? NaN,
    within: 0.01,
    look,
  })
})
