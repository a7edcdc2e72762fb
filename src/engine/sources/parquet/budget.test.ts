import { expect, test } from 'vitest'
import { Budget } from './budget.ts'

const MIB = 2 ** 20

test('what is held at a time is bounded, and what was let go of is not held', () => {
  const budget = new Budget(100 * MIB)
  for (let i = 0; i < 100; i++) {
    budget.hold(1_500 * MIB)
    budget.letGo(1_500 * MIB)
  }
  budget.hold(1_500 * MIB)
  expect(() => budget.hold(100 * MIB)).toThrow(/1.5 GiB/)
})

test('rows and bytes that come out grow with the file', () => {
  new Budget(1_000_000).spendRows(1_000_000_000)
  expect(() => new Budget(1_000).spendRows(1_000_000_000)).toThrow(/rows/)
  new Budget(MIB).spend(8_000 * MIB)
  expect(() => new Budget(1_000).spend(8_000 * MIB)).toThrow(/bytes/)
})
