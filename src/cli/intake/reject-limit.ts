import { QwError } from '../../engine/errors.ts'
import type { MaxRejects } from '../../engine/indexing/reject-limit.ts'

/** Rejects that stop a file, unless `--max-errors` says otherwise. */
const DEFAULT_MAX_FRACTION = 0.01

/** `12`, `5%` or nothing; with `--on-error abort` the first rejected document is one too many. */
export function rejectLimit(onError: string | undefined, limit: string | undefined): MaxRejects {
  if (onError === 'abort') return { kind: 'count', count: 0 }
  if (limit === undefined) return { kind: 'fraction', fraction: DEFAULT_MAX_FRACTION }
  const match = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(limit)
  if (match === null) {
    throw new QwError('invalid', `--max-errors takes a number or a percentage, not \`${limit}\``, {
      code: 'USAGE',
      fix: '--max-errors 100, or --max-errors 5%',
    })
  }
  const value = Number(match[1])
  if (match[2] === '%') return { kind: 'fraction', fraction: value / 100 }
  return { kind: 'count', count: Math.floor(value) }
}
