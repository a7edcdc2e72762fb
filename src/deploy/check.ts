import type { Check } from './events.ts'
import { stackNameOf } from './naming.ts'
import type {
  AccountPort,
  Identity,
  SecretPort,
  SecretState,
  StackPort,
  StackState,
} from './ports.ts'
import { belongsTo, situationOf, stuckError } from './stack-situation.ts'
import { isQwError, messageOf } from '../engine/errors.ts'

interface CheckPorts {
  readonly account: AccountPort
  readonly stacks: StackPort
  readonly secrets: SecretPort
}

interface Preflight {
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
  const found: { identity?: Identity; stack?: StackState | undefined } = {}
  const checks: Check[] = []
  checks.push(
    await look('credentials', 'fail', async () => {
      const identity = await ports.account.identity()
      found.identity = identity
      const { accountId, region, arn } = identity
      return pass('credentials', `account ${accountId}, ${region}, as ${arn}`)
    }),
  )
  const { identity } = found
  if (identity === undefined) return { checks, identity, stack: undefined }
  checks.push(
    await look('stack', 'fail', async () => {
      found.stack = await ports.stacks.describe(stackNameOf(deployment))
      return stackCheck(found.stack, deployment)
    }),
  )
  // What runs already has met the account's limit; and not knowing it stops nobody.
  if (situationOf(found.stack) !== 'ready') {
    checks.push(
      await look('concurrency', 'warn', async () => {
        const { concurrentExecutions } = await ports.account.limits()
        return concurrencyCheck(concurrentExecutions, identity.region)
      }),
    )
  }
  const secretArn = found.stack?.outputs['ApiKeySecretArn']
  if (secretArn !== undefined) {
    checks.push(
      await look('secret', 'warn', async () =>
        secretCheck(await ports.secrets.describe(secretArn)),
      ),
    )
  }
  return { checks, identity, stack: found.stack }
}

/** What a look that failed means: the check's own state, with AWS's words. */
async function look(
  id: string,
  stateOnError: 'warn' | 'fail',
  run: () => Promise<Check>,
): Promise<Check> {
  try {
    return await run()
  } catch (error) {
    const fix = isQwError(error) ? error.fix : undefined
    return { id, state: stateOnError, message: messageOf(error), fix }
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
        fix: stuckError(stack).fix,
      }
  }
}

function secretCheck(secret: SecretState | undefined): Check {
  if (secret === undefined) {
    const fix = 'deploy with --no-api, then with --api again'
    return { id: 'secret', state: 'fail', message: 'the secret with the API key is gone', fix }
  }
  if (secret.deletedAtMs === undefined) return pass('secret', 'the API key is in Secrets Manager')
  const since = new Date(secret.deletedAtMs).toISOString()
  const message = `the secret with the API key is being deleted since ${since}`
  return { id: 'secret', state: 'fail', message, fix: 'qw-lambda deploy --restore-secret' }
}
