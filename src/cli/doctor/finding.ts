import { isQwError, messageOf } from '../../engine/errors.ts'

/** Groups of checks; the ones about an account are made where a deployment is meant. */
export const CHECK_GROUPS = [
  'tool',
  'local',
  'credentials',
  'region',
  'quotas',
  'permissions',
  'names',
  'deployment',
  'leftovers',
] as const

export type CheckGroup = (typeof CHECK_GROUPS)[number]

/** What one check found. */
export interface Finding {
  /** Stable, for scripts: `local.disk`. */
  readonly id: string
  readonly group: CheckGroup
  readonly state: 'pass' | 'warn' | 'fail'
  readonly message: string
  /** What to type or do; undefined when all is well. */
  readonly fix: string | undefined
}

export function pass(id: string, message: string): Finding {
  return { id, group: groupOf(id), state: 'pass', message, fix: undefined }
}

export function warn(id: string, message: string, fix: string): Finding {
  return { id, group: groupOf(id), state: 'warn', message, fix }
}

export function fail(id: string, message: string, fix: string): Finding {
  return { id, group: groupOf(id), state: 'fail', message, fix }
}

/** What went wrong with a check, as its finding. */
export function failedFinding(id: string, error: unknown): Finding {
  const fix = isQwError(error) ? error.fix : undefined
  return fail(id, messageOf(error), fix ?? 'run it again with -v')
}

/** The group is the part of the id before the dot. */
function groupOf(id: string): CheckGroup {
  const name = id.slice(0, id.indexOf('.'))
  return CHECK_GROUPS.find((group) => group === name) ?? 'tool'
}
