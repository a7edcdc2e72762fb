import { readApiKey } from '../../deploy/api-key.ts'
import { DEPLOYMENT_TAG, stackNameOf } from '../../deploy/naming.ts'
import { isJsonObject, parseJson } from '../../engine/bytes/json.ts'
import { apiPost, type ApiAnswer, type ApiClient } from '../stack/api-client.ts'
import type { CliContext } from '../command/context.ts'
import { failedFinding, fail, pass, warn, type Finding } from './finding.ts'
import { formatDuration } from '../../engine/dates/duration.ts'
import { keyedClient } from '../stack/http-client.ts'
import { directClient } from '../stack/aws-direct-client.ts'
import { lambdaClient } from '../stack/aws-lambda-client.ts'
import type { Deployment } from '../stack/aws-deployment.ts'
import { gatewayAt } from '../stack/aws-session.ts'

/** Requests in a row that have to be accepted: a key that is still spreading flaps. */
const KEY_TRIES = 5
/** The ways to search are asked again for so long while their answers differ: past a searcher's poll. */
const EQUAL_TRIES = 5
const EQUAL_PAUSE_MS = 20_000

/**
 * What only a real account shows (docs/decisions, "What an emulator cannot show"): that every way to
 * search gives the same answer, that the key is settled, that AWS carried the tags everywhere, that the
 * buckets are closed, that the printed policy's names fit. Reads only, apart from a few invocations.
 */
export async function smokeFindings(
  context: CliContext,
  deployment: Deployment,
): Promise<Finding[]> {
  const checks = [
    searchFindings(context, deployment),
    keySettled(deployment),
    tagFindings(deployment),
    closedBuckets(deployment),
    secretName(deployment),
    logFormat(context, deployment),
  ]
  return (await Promise.all(checks)).flat()
}

async function searchFindings(context: CliContext, deployment: Deployment): Promise<Finding[]> {
  const { session, state } = deployment
  const url = state.outputs['ApiUrl']
  const clients: ApiClient[] = [lambdaClient(deployment), directClient(context, deployment)]
  if (url !== undefined) {
    const key = await readApiKey(state, session.ports.secrets)
    const endpoint = url.replace(/\/api\/v1$/, '')
    clients.push(
      keyedClient(context, { endpoint, key, reachedAt: (at) => gatewayAt(at, session.endpoint) }),
    )
  }
  for (let tries = 1; ; tries++) {
    const round = await searchAll(context, deployment, clients)
    if (round.areEqual || tries === EQUAL_TRIES) return round.findings
    // What was published a moment ago is not yet known to a searcher that looks once a minute.
    await context.clock.sleep(EQUAL_PAUSE_MS, context.signal)
  }
}

interface SearchRound {
  readonly findings: Finding[]
  readonly areEqual: boolean
}

async function searchAll(
  context: CliContext,
  deployment: Deployment,
  clients: readonly ApiClient[],
): Promise<SearchRound> {
  const findings: Finding[] = []
  const hits = new Map<string, number>()
  for (const client of clients) {
    const startMs = context.clock.nowMs()
    try {
      const answer = await search(context, deployment, client)
      const count = hitsIn(answer)
      hits.set(client.via, count)
      const elapsed = formatDuration(context.clock.nowMs() - startMs)
      findings.push(
        pass(
          `deployment.smoke-${client.via}`,
          `${count} documents via ${client.via} in ${elapsed}`,
        ),
      )
    } catch (error) {
      findings.push(failedFinding(`deployment.smoke-${client.via}`, error))
    }
  }
  const areEqual = new Set(hits.values()).size <= 1
  if (!areEqual) {
    const told = [...hits].map(([via, count]) => `${via} ${count}`).join(', ')
    const fix = 'documents may be arriving: run it again in two minutes'
    findings.push(warn('deployment.smoke-equal', `the ways do not agree: ${told}`, fix))
  }
  return { findings, areEqual }
}

async function search(
  { signal, clock }: CliContext,
  { state }: Deployment,
  client: ApiClient,
): Promise<ApiAnswer> {
  const index = encodeURIComponent(state.outputs['IndexId'] ?? '')
  // Documents that arrive during the test would make the ways differ.
  const end = Math.floor(clock.nowMs() / 1_000) - 120
  const body = JSON.stringify({ query: '*', max_hits: 1, end_timestamp: end })
  return await apiPost(client, { path: `/${index}/search`, body, signal })
}

function hitsIn({ text }: ApiAnswer): number {
  const answer = parseJson(text)
  return isJsonObject(answer) ? Number(answer['num_hits'] ?? 0) : 0
}

async function keySettled({ state, session }: Deployment): Promise<Finding[]> {
  const url = state.outputs['ApiUrl']
  if (url === undefined) return []
  try {
    const key = await readApiKey(state, session.ports.secrets)
    const statuses: number[] = []
    for (let i = 0; i < KEY_TRIES; i++) {
      statuses.push((await session.ports.api.get(`${url}/version`, key)).status)
    }
    const wrong = await session.ports.api.get(`${url}/version`, 'x'.repeat(40))
    if (statuses.some((status) => status !== 200)) {
      return [
        warn('deployment.key-settled', `the key flaps: ${statuses.join(', ')}`, 'wait two minutes'),
      ]
    }
    if (wrong.status !== 403) {
      return [
        fail(
          'deployment.key-settled',
          `a wrong key is answered ${wrong.status}`,
          'qw-lambda deploy',
        ),
      ]
    }
    return [pass('deployment.key-settled', 'the key is taken each time, and a wrong one is not')]
  } catch (error) {
    return [failedFinding('deployment.key-settled', error)]
  }
}

/** Teardown's proof rests on the tags, and its refusal to empty foreign buckets too. */
async function tagFindings({ name, state, session }: Deployment): Promise<Finding[]> {
  const { inventory, buckets } = session.ports
  try {
    const tagged = await inventory.tagged(DEPLOYMENT_TAG, name)
    const findings = [
      tagged.length > 0
        ? pass('deployment.tags', `${tagged.length} resources are found by their tag`)
        : warn(
            'deployment.tags',
            'AWS finds nothing by our tag',
            'teardown cannot prove zero by tag: wait some minutes',
          ),
    ]
    for (const output of ['IndexBucket', 'StagingBucket']) {
      const bucket = state.outputs[output] ?? ''
      const tags = await buckets.tags(bucket)
      if (tags?.[DEPLOYMENT_TAG] === name) continue
      const fix = `teardown needs --bucket-is-mine ${bucket}`
      findings.push(warn('deployment.bucket-tags', `${bucket} lacks our tag`, fix))
    }
    return findings
  } catch (error) {
    return [failedFinding('deployment.tags', error)]
  }
}

/** Without credentials nothing may be read. Not asked of another server than AWS. */
async function closedBuckets({ state, session }: Deployment): Promise<Finding[]> {
  if (session.endpoint !== undefined) return []
  const bucket = state.outputs['IndexBucket'] ?? ''
  try {
    const address = `https://${bucket}.s3.${session.region}.${session.partition.domain}/?list-type=2&max-keys=1`
    const { status } = await fetch(address)
    return [
      status === 403
        ? pass('deployment.closed', 'the index bucket is closed to the public')
        : fail('deployment.closed', `anybody gets ${status} from ${bucket}`, 'qw-lambda deploy'),
    ]
  } catch (error) {
    return [failedFinding('deployment.closed', error)]
  }
}

/** The printed policy names the secret by the stack's name. */
function secretName({ name: deployment, state }: Deployment): Promise<Finding[]> {
  const arn = state.outputs['ApiKeySecretArn']
  if (arn === undefined) return Promise.resolve([])
  const name = arn.split(':secret:')[1] ?? arn
  const fits = name.startsWith(`${stackNameOf(deployment)}/api-key-`)
  return Promise.resolve([
    fits
      ? pass('deployment.secret-name', `the secret's name fits the printed policy`)
      : warn(
          'deployment.secret-name',
          `the secret is called ${name}`,
          'add this secret to your policy by hand',
        ),
  ])
}

/** Timing and cost of a search come from a line that AWS writes. */
async function logFormat(context: CliContext, deployment: Deployment): Promise<Finding[]> {
  try {
    const answer = await search(context, deployment, lambdaClient(deployment))
    return [
      answer.headers.has('x-qw-billed-ms')
        ? pass('deployment.report', `AWS reports ${answer.headers.get('x-qw-billed-ms')} ms billed`)
        : warn(
            'deployment.report',
            'AWS reports no billed time',
            'costs of single searches are not shown',
          ),
    ]
  } catch (error) {
    return [failedFinding('deployment.report', error)]
  }
}
