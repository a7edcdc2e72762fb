import { isQwError, messageOf } from '../../engine/errors.ts'
import { fail, type Finding } from './finding.ts'

/** What went wrong with a check, as its finding. */
export function failedFinding(id: string, error: unknown): Finding {
  const fix = isQwError(error) ? error.fix : undefined
  return fail(id, messageOf(error), fix ?? 'run it again with -v')
}
