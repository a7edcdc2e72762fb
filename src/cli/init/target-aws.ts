import { QwError } from '../../engine/errors.ts'
import type { CliContext } from '../context.ts'
import type { InitOptions } from './init-options.ts'
import type { InitPlan } from './init-plan.ts'
import type { SetUp } from './set-up.ts'

/** What only a deployment in AWS has to know. */
export interface AwsAnswers {
  readonly region: string
  readonly profile: string | undefined
}

/** Asks for what AWS needs besides; called right after the name. */
export function askAws(_context: CliContext, _options: InitOptions): Promise<AwsAnswers> {
  throw notYet()
}

/** Deploys the plan, puts the first data in and waits for the first hits. */
export function setUpAws(_context: CliContext, _plan: InitPlan): Promise<SetUp> {
  throw notYet()
}

function notYet(): QwError {
  return new QwError('invalid', 'setting up in AWS is not part of this version yet', {
    code: 'TARGET-AWS',
    fix: 'set up on this machine, with the same engine and the same data layout: qw-lambda init --target local',
  })
}
