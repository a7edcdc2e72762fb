import { QwError } from '../../engine/errors.ts'
import type { DeploymentConfig } from '../../deploy/deployment-config.ts'
import { deploymentNameOf, findDeployment } from '../../deploy/status.ts'
import type { CliContext } from '../command/context.ts'
import { configOfStack } from './config-of-stack.ts'
import { withFlags, type ConfigOptions } from './deploy-options.ts'
import { projectConfig } from './project-file.ts'
import type { AwsSession } from '../stack/aws-session.ts'

/** What is to be deployed: the project file's deployment, else the running stack's own settings, with
 *  the flags applied. Throws NOT-SET-UP, STACK-NONE, `invalid` for settings that will not do. */
export async function deployConfig(
  context: CliContext,
  session: AwsSession,
  options: ConfigOptions,
): Promise<{ readonly config: DeploymentConfig; readonly origin: 'project' | 'stack' }> {
  const { region } = session
  const name = context.settings.get('stack')
  const project = projectConfig(context, { name, region })
  if (project !== undefined) return { config: withFlags(project, options), origin: 'project' }
  const { stacks } = session.ports
  const states = name === undefined ? await stacks.list() : [await findDeployment(name, stacks)]
  const [state] = states
  if (state === undefined) {
    throw new QwError('notFound', 'there is nothing to deploy yet', {
      code: 'NOT-SET-UP',
      why: `no qw-lambda.json with a deployment in ${context.cwd} or above, and none in ${region}`,
      fix: 'qw-lambda init --target aws',
    })
  }
  if (states.length > 1) {
    throw new QwError('invalid', `there are several: ${states.map(deploymentNameOf).join(', ')}`, {
      code: 'STACK-AMBIGUOUS',
      fix: 'name one with --stack',
    })
  }
  return { config: withFlags(configOfStack(state, { region }), options), origin: 'stack' }
}

/** The Region that the project file's deployment is in, unless a flag or variable says another. */
export function projectRegion(context: CliContext): string | undefined {
  const { region } = context.settings.all
  const fromProject = context.settings.project?.document['region']
  if (region.origin === 'flag') return region.value
  return typeof fromProject === 'string' ? fromProject : region.value
}
