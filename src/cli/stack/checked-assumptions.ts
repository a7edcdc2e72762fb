import { withAssumptions, type AssumptionProblem } from '../../cost/assumption-input.ts'
import type { CostAssumptions } from '../../cost/assumptions.ts'
import { QwError } from '../../engine/errors.ts'

/** `base` with what a person gave by name. All that is wrong at once, as one error. */
export function checkedAssumptions(base: CostAssumptions, input: unknown): CostAssumptions {
  const result = withAssumptions(base, input)
  if (result.ok) return result.assumptions
  const [first] = result.problems
  throw new QwError('invalid', result.problems.map(({ message }) => message).join('; '), {
    code: 'USAGE',
    fix: fixFor(first),
  })
}

function fixFor(problem: AssumptionProblem | undefined): string {
  const nearest = problem?.nearest ?? []
  return nearest.length > 0
    ? `did you mean ${nearest.join(' or ')}?`
    : 'see every name with its value: qw-lambda cost-estimate --explain'
}
