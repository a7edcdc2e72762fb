import { preflight } from '../../deploy/check.ts'
import type { Check } from '../../deploy/events.ts'
import { endedResources, findLeftovers } from '../../deploy/leftovers.ts'
import { artifactBucketOf, DEPLOYMENT_TAG, stackNameOf } from '../../deploy/naming.ts'
import type { StackState } from '../../deploy/ports.ts'
import { deploymentNameOf } from '../../deploy/status.ts'
import { leftoverCost } from '../../cost/leftovers.ts'
import type { CliContext } from '../command/context.ts'
import { drawEvents } from '../deployment/draw-events.ts'
import { failedFinding, fail, pass, warn, type CheckGroup, type Finding } from './finding.ts'
import { deploymentFindings } from './aws-doctor-deployment.ts'
import { smokeFindings } from './aws-doctor-smoke.ts'
import { permissionFindings } from './aws-doctor-permissions.ts'
import { openAwsSession, type AwsSession } from '../stack/aws-session.ts'

export interface AwsDoctorOptions {
  readonly only: CheckGroup | undefined
  /** Also try what no emulator shows: searches by every way, timed. Costs a few invocations. */
  readonly smoke: boolean
}

/** Findings about the account, the Region and the deployment that is meant. */
export async function awsFindings(
  context: CliContext,
  options: AwsDoctorOptions,
): Promise<Finding[]> {
  const wants = (group: CheckGroup): boolean => options.only === undefined || options.only === group
  let session: AwsSession
  try {
    session = await openAwsSession(context)
  } catch (error) {
    return [failedFinding('region.set', error)]
  }
  const phase = context.report.phase(`Asking AWS in ${session.region}`)
  try {
    const name = context.settings.get('stack') ?? (await onlyName(session)) ?? DEFAULT_NAME
    const found = await preflight(name, session.ports)
    const findings = found.checks.map(findingOf)
    const { identity, stack } = found
    if (identity === undefined) return findings
    findings.push(await regionFinding(session))
    if (wants('permissions')) findings.push(...(await permissionFindings(session, name)))
    if (wants('names')) findings.push(...(await nameFindings(session, { name, identity, stack })))
    if (stack !== undefined && wants('deployment')) {
      const deployment = { session, name, state: stack }
      findings.push(...(await deploymentFindings(context, deployment)))
      if (options.smoke) findings.push(...(await smokeFindings(context, deployment)))
    }
    if (wants('leftovers'))
      findings.push(...(await leftoverFindings(context, session, name, stack)))
    return findings
  } finally {
    phase.succeed()
  }
}

/** What is looked for when no deployment is named anywhere. */
const DEFAULT_NAME = 'qw-lambda'

/** Undefined also where AWS cannot be asked: the checks say why. */
async function onlyName({ ports }: AwsSession): Promise<string | undefined> {
  const states = await ports.stacks.list().catch(() => [])
  const [only] = states
  return states.length === 1 && only !== undefined ? deploymentNameOf(only) : undefined
}

/** The checks that come before a deployment, under the groups of `doctor`. */
const IDS: Readonly<Record<string, string>> = {
  credentials: 'credentials.identity',
  concurrency: 'quotas.concurrency',
  stack: 'names.stack',
  secret: 'deployment.secret',
}

function findingOf({ id, state, message, fix }: Check): Finding {
  const finding = pass(IDS[id] ?? `deployment.${id}`, message)
  return { ...finding, state, fix }
}

/** Answers from the services that a deployment needs, or says which is not there. */
async function regionFinding({ ports, region }: AwsSession): Promise<Finding> {
  try {
    await Promise.all([ports.stacks.list(), ports.logs.groups('qw-lambda-')])
    return pass('region.services', `the services answer in ${region}`)
  } catch (error) {
    return failedFinding('region.services', error)
  }
}

interface NameFacts {
  readonly name: string
  readonly identity: { readonly accountId: string; readonly region: string }
  readonly stack: StackState | undefined
}

/** What an earlier run may have left under names that the next one takes. */
async function nameFindings(
  { ports }: AwsSession,
  { name, identity, stack }: NameFacts,
): Promise<Finding[]> {
  const findings: Finding[] = []
  const bucket = artifactBucketOf({ ...identity, deployment: name })
  try {
    const tags = await ports.buckets.tags(bucket)
    const isOurs = tags === undefined || tags[DEPLOYMENT_TAG] === name
    findings.push(
      isOurs
        ? pass('names.artifacts', `the bucket ${bucket} is ${tags === undefined ? 'free' : 'ours'}`)
        : fail(
            'names.artifacts',
            `the bucket ${bucket} lacks our tag`,
            'choose another --name, or delete it',
          ),
    )
  } catch (error) {
    findings.push(failedFinding('names.artifacts', error))
  }
  if (stack !== undefined) return findings
  try {
    const groups = await ports.logs.groups(`${stackNameOf(name)}-`)
    const fix = `qw-lambda teardown --stack ${name} --confirm ${name}`
    findings.push(
      groups.length === 0
        ? pass('names.logs', 'no log group of an earlier run')
        : warn('names.logs', `${groups.length} log groups of an earlier run`, fix),
    )
  } catch (error) {
    findings.push(failedFinding('names.logs', error))
  }
  return findings
}

/** Tagged resources that belong to no stack, with what they cost. */
async function leftoverFindings(
  context: CliContext,
  { ports }: AwsSession,
  name: string,
  stack: StackState | undefined,
): Promise<Finding[]> {
  if (stack !== undefined)
    return [pass('leftovers.tagged', 'everything tagged belongs to the stack')]
  try {
    const resources = await endedResources(stackNameOf(name), ports.stacks)
    const proof = { deployment: name, keptIds: [], resources, lag: 'none' } as const
    const leftovers = await drawEvents(context, findLeftovers(proof, ports, context.signal))
    if (leftovers.length === 0) return [pass('leftovers.tagged', `nothing is left of ${name}`)]
    return leftovers.map((each) =>
      warn(
        'leftovers.tagged',
        `${each.type} ${each.arn} (${leftoverCost(each.type, undefined).usdText} a month)`,
        each.command,
      ),
    )
  } catch (error) {
    return [failedFinding('leftovers.tagged', error)]
  }
}
