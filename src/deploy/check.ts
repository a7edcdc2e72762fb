import type { Check } from './events.ts'
import { stackNameOf } from './naming.ts'
import type { AccountPort, Identity, SecretPort, StackPort, StackState } from './ports.ts'
import { belongsTo, situationOf } from './stack-situation.ts'
import { isQwError, messageOf } from '../engine/errors.ts'

export interface CheckPorts {
  readonly account: AccountPort
  readonly stacks: StackPort
  readonly secrets: SecretPort
}

export interface Preflight {
  readonly checks: readonly Check[]
  /** Absent when the credentials do not work. */
  readonly identity: Identity | undefined
  readonly stack: StackState | undefined
}

/** Functions that a deployment can have running at once without being throttled: two indexers, the
 *  generator and a few searches. */
const COMFORTABLE_CONCURRENCY = 10

/** Looks without changing anything; failures are checks, not exceptions. */
export async function preflight(deployment: string, ports: CheckPorts): Promise<Preflight> {
  const checks: Check[] = []
  const identity = await attempt(checks, 'credentials', () => ports.account.identity())
  if (identity === undefined) return { checks, identity, stack: undefined }
  checks.push(
    pass('credentials', `account ${identity.accountId}, ${identity.region}, as ${identity.arn}`),
  )
  const limits = await attempt(checks, 'concurrency', () => ports.account.limits())
  if (limits !== undefined)
    checks.push(concurrencyCheck(limits.concurrentExecutions, identity.region))
  const stack = await attempt(checks, 'stack', () => ports.stacks.describe(stackNameOf(deployment)))
  if (!checks.some(({ id }) => id === 'stack')) checks.push(stackCheck(stack, deployment))
  const secretArn = stack?.outputs['ApiKeySecretArn']
  if (secretArn !== undefined) {
    const secret = await attempt(checks, 'secret', () => ports.secrets.describe(secretArn))
    if (!checks.some(({ id }) => id === 'secret'))
      checks.push(secretCheck(secret?.deletedAtMs, secret !== undefined))
  }
  return { checks, identity, stack }
}

async function attempt<T>(
  checks: Check[],
  id: string,
  look: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await look()
  } catch (error) {
    const fix = isQwError(error) ? error.fix : undefined
    checks.push({ id, state: 'fail', message: messageOf(error), fix })
    return undefined
  }
}

function pass(id: string, message: string): Check {
  return { id, state: 'pass', message, fix: undefined }
}

function concurrencyCheck(concurrent: number, region: string): Check {
  const message = `this account may run ${concurrent} functions at once in ${region}`
  if (concurrent > COMFORTABLE_CONCURRENCY) return pass('concurrency', message)
  const fix = 'enough to start with; ask AWS for quota L-B99A9384 before real traffic'
  return { id: 'concurrency', state: 'warn', message, fix }
}

function stackCheck(stack: StackState | undefined, deployment: string): Check {
  const name = stackNameOf(deployment)
  if (stack === undefined) return pass('stack', `the name ${name} is free`)
  const told = `the stack ${name} is ${stack.status}`
  if (!belongsTo(stack, deployment) && stack.status !== 'REVIEW_IN_PROGRESS') {
    const message = `the stack ${name} exists and is not a qw-lambda deployment`
    return { id: 'stack', state: 'fail', message, fix: 'choose another --name' }
  }
  switch (situationOf(stack)) {
    case 'absent':
    case 'ready':
      return pass('stack', told)
    case 'busy':
      return { id: 'stack', state: 'warn', message: told, fix: 'qw-lambda status --watch' }
    case 'husk':
      return {
        id: 'stack',
        state: 'warn',
        message: told,
        fix: 'deploy replaces what the failed create left',
      }
    case 'stuck':
      return {
        id: 'stack',
        state: 'fail',
        message: told,
        fix: 'qw-lambda deploy --rollback, or qw-lambda teardown',
      }
  }
}

function secretCheck(deletedAtMs: number | undefined, exists: boolean): Check {
  if (!exists) {
    const fix = 'deploy with --no-api, then with --api again'
    return { id: 'secret', state: 'fail', message: 'the secret with the API key is gone', fix }
  }
  if (deletedAtMs === undefined) return pass('secret', 'the API key is in Secrets Manager')
  const message = `the secret with the API key is being deleted since ${new Date(deletedAtMs).toISOString()}`
  return { id: 'secret', state: 'fail', message, fix: 'qw-lambda deploy --restore-secret' }
}
