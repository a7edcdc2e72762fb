import { expect, test } from 'vitest'
import { runSameAnswers } from './same-answer.ts'

const CASES = Number(process.env['SAME_CASES'] ?? 3)

test(
  'who searches, and what is cached, makes no answer another one',
  async () => {
    const first = Number(
      process.env['SEED'] ?? (process.env['CI'] === undefined ? Date.now() % 1e9 : 1),
    )
    const cases = process.env['SEED'] === undefined ? CASES : 1
    console.log(`${cases} cases from SEED=${first}`)
    let checks = 0
    for (let seed = first; seed < first + cases; seed++) {
      const report = await runSameAnswers(seed).catch((error: unknown) => {
        throw new Error(`SEED=${seed} failed`, { cause: error })
      })
      expect(report.difference, `repeat with SEED=${seed}`).toBeUndefined()
      checks += report.checks
    }
    expect(checks).toBeGreaterThan(cases)
  },
  30_000 + CASES * 20_000,
)
