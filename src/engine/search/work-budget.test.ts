import { expect, test } from 'vitest'
import { WorkBudget } from './work-budget.ts'

test('is spent to the last step; past that the error names limit, field and way out', () => {
  const work = new WorkBudget(100)
  work.spend(60, 'body')
  work.spend(40, 'body')
  expect(() => work.spend(1, 'shop')).toThrow(
    expect.objectContaining({
      kind: 'tooLarge',
      message: expect.stringMatching(/SPLIT_WORK_LIMIT=100 .*`shop`/),
      fix: expect.stringContaining('fewer wildcards'),
    }),
  )
})
