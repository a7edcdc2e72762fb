import { applyPlan } from '../../deploy/apply.ts'
import { readApiKey } from '../../deploy/api-key.ts'
import { makeBatch } from '../../deploy/first-data.ts'
import type { ResourceChange, StackState } from '../../deploy/ports.ts'
import { verifyDeployment } from '../../deploy/verify.ts'
import { QwError } from '../../engine/errors.ts'
import type { CliContext } from '../command/context.ts'
import { formatDuration } from '../../engine/dates/duration.ts'
import { plural } from '../format/number.ts'
import { drawEvents } from './draw-events.ts'
import { estimateOf } from './estimate.ts'
import { changeIndex, indexChangeJson } from './index-change.ts'
import type { PreparedDeploy } from './prepare-deploy.ts'

interface DeployChoices {
  readonly verify: boolean
  readonly replaceBuckets: 'allowed' | 'refused'
  /** Whether a new deployment makes its first batch at once. */
  readonly firstData: boolean
}

export interface DeployResult {
  readonly state: StackState
  readonly changes: readonly ResourceChange[]
  /** Masked nowhere: never print it whole. Undefined without an API or without verification. */
  readonly apiKey: string | undefined
  readonly verified: boolean
  /** From asking for the first batch until it could be searched; undefined without one. */
  readonly firstHitMs: number | undefined
  readonly elapsedMs: number
}

/** Applies a prepared plan, tries it out and, when the deployment is new, makes its first data. */
export async function runDeploy(
  context: CliContext,
  prepared: PreparedDeploy,
  choices: DeployChoices,
): Promise<DeployResult> {
  const startedMs = context.clock.nowMs()
  const { ports } = prepared.session
  const changes: ResourceChange[] = []
  await changePreparedIndex(context, prepared)
  const state = await apply(context, prepared, choices, changes)
  const apiKey = await keyOf(state, prepared)
  let firstHitMs: number | undefined
  if (choices.verify) {
    const url = state.outputs['ApiUrl']
    // A key that has worked before needs no waiting.
    const isNewKey = changes.some(({ type }) => type.startsWith('AWS::ApiGateway'))
    const age = isNewKey ? ('new' as const) : ('known' as const)
    const api = url === undefined || apiKey === undefined ? undefined : { url, key: apiKey, age }
    const searcher = state.outputs['SearcherFunction'] ?? ''
    await drawEvents(context, verifyDeployment({ searcher, api }, ports, context.signal))
    if (choices.firstData && prepared.stack === undefined)
      firstHitMs = await firstData(context, prepared, state)
  }
  const elapsedMs = context.clock.nowMs() - startedMs
  return { state, changes, apiKey, verified: choices.verify, firstHitMs, elapsedMs }
}

/** What `runDeploy` begins with. */
export async function changePreparedIndex(
  context: CliContext,
  { session, config, stack, indexChange }: PreparedDeploy,
): Promise<void> {
  if (stack === undefined) return
  await changeIndex(context, { session, name: config.name, state: stack }, indexChange)
}

async function apply(
  context: CliContext,
  { session, plan, stack, seenAtMs }: PreparedDeploy,
  choices: DeployChoices,
  changes: ResourceChange[],
): Promise<StackState> {
  const options = {
    replaceBuckets: choices.replaceBuckets,
    seen: { state: stack, atMs: seenAtMs },
    replaceHusk: (husk: StackState) =>
      context.prompts.confirm({
        message: `${husk.name} is ${husk.status}: its first create failed. Delete the remains and create it again?`,
        flag: '--yes',
        fallback: true,
      }),
  }
  let isApplying = false
  try {
    const events = applyPlan(plan, session.ports, options, context.signal)
    return await drawEvents(context, events, (event) => {
      if (event.kind === 'changes') changes.push(...event.changes)
      if (event.kind === 'phase') isApplying = event.phase === 'apply' && event.state === 'started'
    })
  } catch (error) {
    if (context.signal.aborted && isApplying) {
      context.report.note(
        'The stack keeps changing in AWS. Watch: qw-lambda status --watch   Undo: qw-lambda deploy --rollback',
      )
    }
    throw error
  }
}

async function keyOf(state: StackState, { session }: PreparedDeploy): Promise<string | undefined> {
  if (state.outputs['ApiKeySecretArn'] === undefined) return undefined
  return await readApiKey(state, session.ports.secrets)
}

async function firstData(
  context: CliContext,
  { session }: PreparedDeploy,
  { outputs }: StackState,
): Promise<number | undefined> {
  const { GeneratorFunction: generator, SearcherFunction: searcher, IndexId: indexId } = outputs
  if (generator === undefined || searcher === undefined || indexId === undefined) return undefined
  const request = { generator, searcher, indexId }
  const batch = await drawEvents(context, makeBatch(request, session.ports, context.signal))
  context.report.note(
    `${plural(batch.docCount, 'document')} searchable after ${formatDuration(batch.searchableMs)}`,
  )
  return batch.searchableMs
}

/** The document of `deploy --json`, which `init --json` contains. */
export function deployDocument(prepared: PreparedDeploy, result: DeployResult) {
  const { outputs } = result.state
  const output = (name: string): string | null => outputs[name] ?? null
  return {
    schema: 'qw-lambda/deploy/1',
    stack: prepared.config.name,
    region: prepared.identity.region,
    account: prepared.identity.accountId,
    changed: result.changes.map((change) => ({
      logical: change.logicalId,
      type: change.type,
      action: change.action,
    })),
    outputs: {
      api_url: output('ApiUrl'),
      page_url: output('PageUrl'),
      index_bucket: output('IndexBucket'),
      staging_bucket: output('StagingBucket'),
      searcher: output('SearcherFunction'),
      indexer: output('IndexerFunction'),
      generator: output('GeneratorFunction'),
      secret_arn: output('ApiKeySecretArn'),
    },
    index: indexChangeJson(prepared.indexChange),
    verify: { ok: result.verified, first_hit_ms: result.firstHitMs ?? null },
    estimate_usd_month: estimateOf(prepared.config).usdPerMonth,
    elapsed_ms: Math.round(result.elapsedMs),
  }
}

/** Asks before a deployment is made or changed; nothing is asked when nothing will change. */
export async function confirmDeploy(context: CliContext, prepared: PreparedDeploy): Promise<void> {
  const { stack, plan, config } = prepared
  if (stack !== undefined && stack.outputs['DeployHash'] === plan.hash) return
  const agreed = await context.prompts.confirm({
    message: stack === undefined ? `Create ${config.name} now?` : `Change ${config.name} now?`,
    flag: '--yes',
    fallback: true,
  })
  if (agreed) return
  throw new QwError('invalid', 'not deployed. Nothing was changed.', { code: 'CONFIRM' })
}
