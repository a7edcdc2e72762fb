import { isQwError } from '../../engine/errors.ts'
import { stackNameOf } from '../../deploy/naming.ts'
import { fail, pass, warn, type Finding } from './finding.ts'
import type { AwsSession } from '../stack/aws-session.ts'

/** Harmless questions, one for each service a deployment needs; each proves one permission. */
function probes({ ports }: AwsSession, stack: string): [string, () => Promise<unknown>][] {
  const nowMs = ports.clock.nowMs()
  const window = { startMs: nowMs - 300_000, endMs: nowMs }
  const invocations = {
    namespace: 'AWS/Lambda',
    metric: 'Invocations',
    dimensions: { FunctionName: stack },
    statistic: 'Sum' as const,
  }
  return [
    ['cloudformation:DescribeStacks', () => ports.stacks.describe(stack)],
    ['lambda:GetAccountSettings', () => ports.account.limits()],
    ['logs:DescribeLogGroups', () => ports.logs.groups(`${stack}-`)],
    ['scheduler:GetSchedule', () => ports.schedules.describe(`${stack}-probe`)],
    ['tag:GetResources', () => ports.inventory.tagged('qw-lambda:deployment', stack)],
    ['cloudwatch:GetMetricData', () => ports.metrics.read([invocations], window)],
  ]
}

/** Which permissions are missing. Writing is not tried: `--print-policy` lists what that needs. */
export async function permissionFindings(session: AwsSession, name: string): Promise<Finding[]> {
  const missing: string[] = []
  const unknown: string[] = []
  await Promise.all(
    probes(session, stackNameOf(name)).map(async ([action, ask]) => {
      try {
        await ask()
      } catch (error) {
        const isForbidden = isQwError(error) && error.code?.startsWith('PERM-') === true
        if (isForbidden) missing.push(action)
        else if (!isQwError(error, 'notFound')) unknown.push(action)
      }
    }),
  )
  const policy = `attach what this prints: qw-lambda deploy --print-policy --stack ${name}`
  if (missing.length > 0) {
    return [fail('permissions.read', `not allowed: ${missing.toSorted().join(', ')}`, policy)]
  }
  if (unknown.length > 0) {
    return [
      warn('permissions.read', `could not be asked: ${unknown.toSorted().join(', ')}`, policy),
    ]
  }
  return [pass('permissions.read', 'may read everything; writing is not tried here')]
}
