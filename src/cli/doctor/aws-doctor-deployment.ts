import { readApiKey } from '../../deploy/api-key.ts'
import { readStatus, type DeploymentStatus } from '../../deploy/status.ts'
import { isJsonObject } from '../../engine/bytes/json.ts'
import { isQwError } from '../../engine/errors.ts'
import { LIST_EVERY_MS } from '../../engine/indexing/janitor.ts'
import { cloudStackOf } from '../stack/aws-data-stack.ts'
import { apiGetJson } from '../stack/api-client.ts'
import type { CliContext } from '../command/context.ts'
import { failedFinding, fail, pass, warn, type Finding } from './finding.ts'
import { formatDuration } from '../../engine/dates/duration.ts'
import { directClient } from '../stack/aws-direct-client.ts'
import type { Deployment } from '../stack/aws-deployment.ts'

/** How much older than a batch's interval the newest document may be. */
const LAG_GRACE_MS = 600_000

/** The running deployment: each part that can be wrong without the stack being so. */
export async function deploymentFindings(
  context: CliContext,
  deployment: Deployment,
): Promise<Finding[]> {
  const checks = [
    versionFinding(context, deployment),
    partFindings(deployment),
    keyFinding(deployment),
    pageFinding(deployment),
    lagFinding(context, deployment),
    upkeepFinding(context, deployment),
  ]
  return (await Promise.all(checks)).flat()
}

function versionFinding({ version }: CliContext, { state }: Deployment): Promise<Finding[]> {
  const deployed = state.tags['qw-lambda:version'] ?? 'unknown'
  return Promise.resolve([
    deployed === version
      ? pass('deployment.version', `deployed by this version, ${version}`)
      : warn(
          'deployment.version',
          `deployed by ${deployed}, this is ${version}`,
          'qw-lambda deploy',
        ),
  ])
}

async function partFindings({ name, session }: Deployment): Promise<Finding[]> {
  try {
    const status = await readStatus(name, session.ports)
    const { queue, deadLetters, indexing, generator, upkeep } = status
    const dead = deadLetters?.waiting ?? 0
    return [
      indexing === 'disabled'
        ? fail(
            'deployment.indexing',
            'the indexer takes no files from the queue',
            'qw-lambda deploy',
          )
        : pass(
            'deployment.indexing',
            `the indexer takes files; ${queue?.waiting ?? 0} are waiting`,
          ),
      dead > 0
        ? warn(
            'deployment.dead-letters',
            `${dead} files or runs failed for good`,
            'qw-lambda logs indexer --errors',
          )
        : pass('deployment.dead-letters', 'no run failed for good'),
      upkeep === 'enabled'
        ? pass('deployment.schedule', 'every hour merges and clean-up of all indexes are due')
        : fail(
            'deployment.schedule',
            `the schedule of merges and clean-up is ${upkeep}`,
            'qw-lambda deploy',
          ),
      pass(
        'deployment.generator',
        generator === undefined ? 'no sample stream' : `the sample stream is ${generator.state}`,
      ),
      ...sourceFindings(status),
    ]
  } catch (error) {
    return [failedFinding('deployment.parts', error)]
  }
}

/** The user's own bucket, where one is followed. */
function sourceFindings({ source }: DeploymentStatus): Finding[] {
  if (source === undefined) return []
  const id = 'deployment.source'
  const { bucket, standing } = source
  switch (standing) {
    case 'set':
      return [pass(id, `new objects of ${bucket} come to the queue`)]
    case 'missing':
      return [fail(id, `new objects of ${bucket} do not come to the queue`, 'qw-lambda deploy')]
    case 'unread':
      return [
        warn(
          id,
          `whether new objects of ${bucket} come to the queue could not be read`,
          `allow s3:GetBucketNotification on ${bucket}`,
        ),
      ]
  }
}

async function keyFinding({ state, session }: Deployment): Promise<Finding[]> {
  const url = state.outputs['ApiUrl']
  if (url === undefined) return [pass('deployment.api', 'no HTTP API')]
  try {
    const key = await readApiKey(state, session.ports.secrets)
    const { status } = await session.ports.api.get(`${url}/version`, key)
    if (status === 200) return [pass('deployment.api', 'the API answers and takes the key')]
    const fix =
      status === 403
        ? 'wait two minutes, then: qw-lambda api-key rotate'
        : 'qw-lambda logs searcher --errors'
    return [fail('deployment.api', `the API answers ${status}`, fix)]
  } catch (error) {
    return [failedFinding('deployment.api', error)]
  }
}

/** It has to come without the key, which it asks for. */
async function pageFinding({ state, session }: Deployment): Promise<Finding[]> {
  const url = state.outputs['PageUrl']
  if (url === undefined) return []
  try {
    const { status } = await session.ports.api.get(url, undefined)
    if (status === 200) return [pass('deployment.page', 'the page is there')]
    const fix = 'deploy again: qw-lambda deploy'
    return [fail('deployment.page', `${url} answers ${status}`, fix)]
  } catch (error) {
    return [failedFinding('deployment.page', error)]
  }
}

/** Once a day the upkeep looks over the objects of an index, and writes down that it did. */
async function upkeepFinding(context: CliContext, deployment: Deployment): Promise<Finding[]> {
  const id = 'deployment.upkeep'
  const index = deployment.state.outputs['IndexId'] ?? ''
  try {
    const { metastore } = cloudStackOf(context, deployment).indexing
    const { orphansListedMs, metadata } = await metastore.load(index, context.signal)
    const sinceMs = context.clock.nowMs() - (orphansListedMs ?? metadata.createTimestamp * 1_000)
    const message =
      orphansListedMs === undefined
        ? `${index} is ${formatDuration(sinceMs)} old and was not looked over yet`
        : `${index} was looked over ${formatDuration(sinceMs)} ago`
    if (sinceMs < 2 * LIST_EVERY_MS) return [pass(id, message)]
    return [warn(id, message, 'qw-lambda logs indexer --errors')]
  } catch (error) {
    if (isQwError(error, 'notFound')) return [pass(id, `there is no index ${index} yet`)]
    return [failedFinding(id, error)]
  }
}

async function lagFinding(context: CliContext, deployment: Deployment): Promise<Finding[]> {
  const { outputs, parameters } = deployment.state
  const index = outputs['IndexId'] ?? ''
  try {
    const client = directClient(context, deployment)
    const path = `/indexes/${encodeURIComponent(index)}/describe?format=json`
    const stats = await apiGetJson(client, path, context.signal)
    const newest = isJsonObject(stats) ? stats['max_timestamp'] : undefined
    if (newest === undefined || newest === null) {
      return [
        warn('deployment.data', `${index} has no documents with a time`, 'qw-lambda generator run'),
      ]
    }
    const ageMs = Math.max(0, context.clock.nowMs() - Number(newest) * 1_000)
    const everyMs = Number(parameters['GeneratorIntervalMinutes'] ?? 0) * 60_000
    const isLate = parameters['Generator'] === 'on' && ageMs > everyMs + LAG_GRACE_MS
    const message = `the newest document of ${index} is ${formatDuration(ageMs)} old`
    return [
      isLate
        ? warn(
            'deployment.data',
            message,
            'qw-lambda generator status, qw-lambda logs indexer --errors',
          )
        : pass('deployment.data', message),
    ]
  } catch (error) {
    return [failedFinding('deployment.data', error)]
  }
}
