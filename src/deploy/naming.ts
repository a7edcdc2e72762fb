import { createHash } from 'node:crypto'

/** On every resource that can carry tags: whose it is, which version made it, what it is for. */
export const DEPLOYMENT_TAG = 'qw-lambda:deployment'
export const VERSION_TAG = 'qw-lambda:version'
export const COMPONENT_TAG = 'qw-lambda:component'

const STACK_PREFIX = 'qw-lambda-'

/** The CloudFormation stack of a deployment. */
export function stackNameOf(deployment: string): string {
  return `${STACK_PREFIX}${deployment}`
}

/** The deployment of a stack, or undefined when the stack's name is not one of ours. */
export function deploymentOfStack(stackName: string): string | undefined {
  return stackName.startsWith(STACK_PREFIX) ? stackName.slice(STACK_PREFIX.length) : undefined
}

/** Whether CloudFormation made this name for a resource of the stack. Behind the stack's name a logical
 *  id begins with a capital, and the rest of a longer deployment's name does not. */
export function isNameOf(stackName: string, physicalName: string): boolean {
  return (
    physicalName.startsWith(`${stackName}-`) &&
    /[A-Z]/.test(physicalName[stackName.length + 1] ?? '')
  )
}

export interface Home {
  readonly deployment: string
  readonly accountId: string
  readonly region: string
}

/**
 * The bucket with zips, templates and index configs. Always the same name for the same deployment,
 * so that no local file has to remember it; the hash keeps it unique among all AWS accounts and
 * within 63 characters.
 */
export function artifactBucketOf(home: Home): string {
  const place = createHash('sha256').update(`${home.accountId}/${home.region}/${home.deployment}`)
  return `qw-lambda-${home.deployment}-artifacts-${place.digest('hex').slice(0, 10)}`
}
