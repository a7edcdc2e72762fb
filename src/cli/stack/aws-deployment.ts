import { QwError } from '../../engine/errors.ts'
import { deploymentNameOf, findDeployment } from '../../deploy/status.ts'
import type { StackState } from '../../deploy/ports.ts'
import type { CliContext } from '../command/context.ts'
import { openAwsSession, type AwsSession } from './aws-session.ts'

/** A deployment in AWS as it stands; the stack is the record, nothing of it is remembered here. */
export interface Deployment {
  readonly session: AwsSession
  readonly name: string
  readonly state: StackState
}

/** The deployment that the settings name or, without a name, the only one of the Region. Throws
 *  STACK-NONE, STACK-AMBIGUOUS and whatever reaching AWS throws. */
export async function currentDeployment(context: CliContext): Promise<Deployment> {
  const session = await openAwsSession(context)
  const named = context.settings.get('stack')
  context.report.detail(`asking AWS in ${session.region} for ${named ?? 'its deployments'}`)
  if (named !== undefined) {
    return { session, name: named, state: await findDeployment(named, session.ports.stacks) }
  }
  const states = await session.ports.stacks.list()
  const state = await onlyOne(context, session, states)
  return { session, name: deploymentNameOf(state), state }
}

async function onlyOne(
  context: CliContext,
  session: AwsSession,
  states: readonly StackState[],
): Promise<StackState> {
  const [only] = states
  if (only === undefined) {
    throw new QwError('notFound', `there is no deployment in ${session.region}`, {
      code: 'STACK-NONE',
      fix: 'qw-lambda init --target aws, or another --region or --profile',
    })
  }
  if (states.length === 1) return only
  const names = states.map(deploymentNameOf)
  if (!context.prompts.interactive) {
    throw new QwError('invalid', `there are several deployments: ${names.join(', ')}`, {
      code: 'STACK-AMBIGUOUS',
      fix: 'name one with --stack, or choose a default: qw-lambda use <name>',
    })
  }
  const chosen = await context.prompts.select({
    message: 'Which deployment?',
    flag: '--stack <name>',
    fallback: undefined,
    choices: names.map((name) => ({ value: name, name })),
  })
  return states[names.indexOf(chosen)] ?? only
}

/** An output that this deployment has. Throws `conflict` when an unfinished change has left it out. */
export function outputOf(deployment: Deployment, output: string): string {
  const value = deployment.state.outputs[output]
  if (value !== undefined) return value
  throw new QwError(
    'conflict',
    `${deployment.name} has no ${output}: it is ${deployment.state.status}`,
    {
      code: 'STACK-INCOMPLETE',
      fix: 'qw-lambda status, then qw-lambda deploy',
    },
  )
}
