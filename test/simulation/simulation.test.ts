import { describe, expect, test } from 'vitest'
import { PLANTED_BUGS, type PlantedBug } from './planted-bugs.ts'
import { type Report, simulate } from './world.ts'

/** A mistake that is not found in so many worlds would pass CI, which looks at ten times as many. */
const SEEDS = 200

async function firstFound(bug: PlantedBug): Promise<Report | undefined> {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const report = await simulate(seed, { bug })
    if (report.problems.length > 0) return report
  }
  return undefined
}

describe('the simulation', () => {
  for (const bug of PLANTED_BUGS) {
    test(`finds ${bug.name}`, async () => {
      const report = await firstFound(bug)
      console.log(`seed ${report?.seed}: ${report?.problems[0]}`)
      expect(report?.problems).not.toEqual([])
      expect(report).toBeDefined()
    })
  }

  test('finds nothing where nothing is planted', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      expect(await simulate(seed)).toMatchObject({ seed, problems: [] })
    }
  })

  test('does the same again for the same seed, to the last step', async () => {
    const traceOf = async (seed: number): Promise<string[]> => {
      const lines: string[] = []
      await simulate(seed, { trace: (line) => lines.push(line) })
      return lines
    }
    for (const seed of [3, 4, 5]) expect(await traceOf(seed)).toEqual(await traceOf(seed))
    expect(await traceOf(3)).not.toEqual(await traceOf(4))
  })
})
