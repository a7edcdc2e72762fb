import type { DeploymentConfig } from '../../deploy/deployment-config.ts'
import type { ResourceChange } from '../../deploy/ports.ts'
import type { CliContext } from '../command/context.ts'
import { formatUsd } from '../../cost/format.ts'
import { formatCount, plural } from '../format/number.ts'
import { noteRows } from '../command/note-rows.ts'
import { configOfStack } from './config-of-stack.ts'
import { changeCounts } from './draw-events.ts'
import { estimateOf } from './estimate.ts'
import type { PreparedDeploy } from './prepare-deploy.ts'

type ApiLimits = DeploymentConfig['apiLimits']

/** What a first deployment makes, needs and costs, before anything is done. */
export function showNewDeployment(context: CliContext, prepared: PreparedDeploy): void {
  const { plan, config, identity } = prepared
  const services = new Map<string, number>()
  for (const { type } of plan.resources) {
    const service = type.split('::')[1] ?? type
    services.set(service, (services.get(service) ?? 0) + 1)
  }
  const list = [...services].map(([service, count]) => `${count} ${service}`).join(', ')
  const { report } = context
  report.note(
    `Will create ${plural(plan.resources.length, 'resource')} in ${identity.region}, account ${identity.accountId}:`,
  )
  report.note(`  ${list}`)
  report.note(`  Cost         ${estimateOf(config).text}`)
  if (config.api) report.note(`  HTTP API     ${apiLimitsText(config.apiLimits)}`)
  if (config.page) report.note(`  Page         ${PAGE_TEXT}`)
  report.note(`  Permissions  as listed by: qw-lambda deploy --print-policy`)
  report.note('  Removed by   qw-lambda teardown')
}

const PAGE_TEXT = 'in a browser; everybody may load it, and what it shows needs the key'

/** What one key can do at most, and so cost. */
function apiLimitsText({ requestsPerSecond, requestsPerDay }: ApiLimits): string {
  const day = requestsPerDay === 0 ? 'no daily limit' : `${formatCount(requestsPerDay)} a day`
  return `with a key; at most ${formatCount(requestsPerSecond)} requests a second, ${day}`
}

/** Changes as a table, permissions apart, with the difference in cost. */
export function showChanges(
  context: CliContext,
  prepared: PreparedDeploy,
  changes: readonly ResourceChange[],
): void {
  const { report } = context
  if (changes.length === 0) return report.note('Nothing would change.')
  const permissions = changes.filter(isPermission)
  const others = changes.filter((change) => !isPermission(change))
  report.note(`Would change ${prepared.config.name}: ${changeCounts(changes)}`)
  if (others.length > 0) changeRows(context, others)
  if (permissions.length > 0) {
    report.note('Permissions:')
    changeRows(context, permissions)
  }
  const usd = costDifference(prepared)
  if (usd !== undefined)
    report.note(`Cost: ${usd < 0 ? '-' : '+'}${formatUsd(Math.abs(usd))} a month`)
}

/** Assumed dollars a month that the change adds; undefined for a new deployment. */
export function costDifference({ stack, config, identity }: PreparedDeploy): number | undefined {
  if (stack === undefined || Object.keys(stack.parameters).length === 0) return undefined
  return estimateOf(config).usdPerMonth - estimateOf(configOfStack(stack, identity)).usdPerMonth
}

function isPermission({ type }: ResourceChange): boolean {
  return /^AWS::IAM::|Permission$|Policy$/.test(type)
}

function changeRows(context: CliContext, changes: readonly ResourceChange[]): void {
  const rows = changes.map((change) => [
    sign(change),
    change.logicalId,
    change.type,
    replacementText(change),
  ])
  noteRows(context, [{ name: '' }, { name: 'resource' }, { name: 'type' }, { name: '' }], rows)
}

function sign({ action }: ResourceChange): string {
  return action === 'add' ? '+' : action === 'remove' ? '-' : '~'
}

function replacementText({ replacement }: ResourceChange): string {
  if (replacement === 'yes') return 'replaced'
  return replacement === 'maybe' ? 'perhaps replaced' : ''
}
