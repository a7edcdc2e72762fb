import { expect, test } from 'vitest'
import { QwError } from '../../src/engine/errors.ts'
import { Draw } from './random-inputs/draw.ts'
import { IndexerWorld } from './random-inputs/indexer-events.ts'
import { tryParquet } from './random-inputs/parquet-files.ts'
import { RequestWorld } from './random-inputs/requests.ts'
import { trySource } from './random-inputs/sources.ts'
import { tryClause, tryConfig, tryQuery } from './random-inputs/texts.ts'

// 100,000 inputs from whoever sends something: small real ones, and what becomes of them. Each draws from
// the seed, its kind and its number alone. INPUT=7.sources.123 tries that one again; INPUT=7 all of a seed.

const [SEED = '1', ONLY_KIND, ONLY_NUMBER] = (
  process.env['INPUT'] ?? (process.env['CI'] === undefined ? String(Date.now() % 100_000) : '1')
).split('.')
/** Far above what any input takes: tells a hang, measures nothing. */
const HANG_MS = 10_000
/** What the process may grow by: tells what grows without bound, and measures nothing either. */
const GROWTH_BYTES = 1.5 * 2 ** 30
/** One in so many is tried as it is. */
const AS_IS_EVERY = 8
/** What somebody's input may be called. */
const OF_INPUT = ['invalid', 'notFound', 'tooLarge', 'corrupt']

/** Gives true where the input was understood to the end. */
type Trial = (draw: Draw, isAsIs: boolean) => boolean | Promise<boolean>

interface Kind {
  readonly name: string
  readonly count: number
  /** So many at least are understood: the others are refused deep inside, not at the door. */
  readonly floor: number
  readonly open: () => Trial
}

const KINDS: readonly Kind[] = [
  { name: 'sources', count: 25_000, floor: 9_000, open: () => trySource },
  { name: 'parquet', count: 5_000, floor: 1_000, open: () => tryParquet },
  { name: 'configs', count: 8_000, floor: 1_000, open: () => tryConfig },
  { name: 'queries', count: 25_000, floor: 8_000, open: () => tryQuery },
  { name: 'clauses', count: 17_000, floor: 4_000, open: () => tryClause },
  {
    name: 'requests',
    count: 10_000,
    floor: 1_500,
    open: () => {
      const world = new RequestWorld()
      return (draw, isAsIs) => world.request(draw, isAsIs)
    },
  },
  {
    name: 'searcher events',
    count: 5_000,
    floor: 700,
    open: () => {
      const world = new RequestWorld()
      return (draw, isAsIs) => world.invoke(draw, isAsIs)
    },
  },
  {
    name: 'indexer events',
    count: 5_000,
    floor: 1_000,
    open: () => {
      const world = new IndexerWorld()
      return (draw, isAsIs) => world.invoke(draw, isAsIs)
    },
  },
]

test('there are 100,000', () => {
  expect(KINDS.reduce((sum, { count }) => sum + count, 0)).toBe(100_000)
})

/** Of one kind so many are enough to look at. */
const MANY = 20

function shown(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** Whether it was understood, or an error that nobody's input may have. */
async function outcomeOf(trial: Trial, draw: Draw, isAsIs: boolean): Promise<unknown> {
  try {
    return await trial(draw, isAsIs)
  } catch (error) {
    const isRefusal = error instanceof QwError && OF_INPUT.includes(error.kind)
    return isRefusal ? false : error
  }
}

test.each(KINDS.filter(({ name }) => ONLY_KIND === undefined || name === ONLY_KIND))(
  '$name: each is understood or refused as somebody’s mistake, in bounded time and memory',
  async ({ name, count, floor, open }) => {
    console.log(
      `${name}: seed ${SEED} (again with INPUT=${SEED}, one with INPUT=${SEED}.${name}.<number>)`,
    )
    const trial = open()
    const rssBefore = process.resourceUsage().maxRSS
    const problems: string[] = []
    let understood = 0
    for (let number = Number(ONLY_NUMBER ?? 0); number < count; number++) {
      const startMs = performance.now()
      const draw = new Draw(Number(SEED), name, number)
      const outcome = await outcomeOf(trial, draw, number % AS_IS_EVERY === 0)
      if (typeof outcome !== 'boolean')
        problems.push(`INPUT=${SEED}.${name}.${number} ${shown(outcome)}`)
      const ms = performance.now() - startMs
      expect(ms, `INPUT=${SEED}.${name}.${number}`).toBeLessThan(HANG_MS)
      if (outcome === true) understood++
      if (ONLY_NUMBER !== undefined || problems.length === MANY) break
    }
    expect(problems).toEqual([])
    if (ONLY_NUMBER !== undefined) return
    console.log(`${name}: ${understood} of ${count} understood`)
    expect(understood).toBeGreaterThan(floor)
    expect((process.resourceUsage().maxRSS - rssBefore) * 1024).toBeLessThan(GROWTH_BYTES)
  },
)
