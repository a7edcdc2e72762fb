import { makeBatch } from '../../deploy/first-data.ts'
import { setGenerator } from '../../deploy/generator-schedule.ts'
import { QwError } from '../../engine/errors.ts'
import { isJsonObject } from '../../engine/bytes/json.ts'
import { apiGetJson, type ApiClient } from '../stack/api-client.ts'
import type { CliContext } from '../command/context.ts'
import { plural } from '../format/number.ts'
import { printJson } from '../command/rows.ts'
import { awsConfig, awsProjectDocument } from './deployment-answers.ts'
import type { InitPlan } from './init-plan.ts'
import { projectText, writeKeepingOld, type Undo } from './project-file.ts'
import type { FirstData, SetUp } from './set-up.ts'
import type { AwsAnswers } from './target-aws.ts'
import { totalsOf } from '../intake/ingest-report.ts'
import { SourceOpener } from '../intake/open-source.ts'
import { drawEvents } from '../deployment/draw-events.ts'
import { printEndCard } from '../deployment/end-card.ts'
import { runAwsIngest } from '../intake/aws-ingest.ts'
import { lambdaClient } from '../stack/aws-lambda-client.ts'
import type { Deployment } from '../stack/aws-deployment.ts'
import { prepareDeploy, type PreparedDeploy } from '../deployment/prepare-deploy.ts'
import { deployDocument, runDeploy } from '../deployment/run-deploy.ts'
import { openAwsSession } from '../stack/aws-session.ts'
import { assumptionsOf } from '../deployment/estimate.ts'
import { showPrice } from '../intake/aws-stored-price.ts'
import { showNewDeployment } from '../deployment/show-plan.ts'

/** Uploads under way at once. */
const JOBS = 4

/**
 * The end of `init --target aws`: summary, question, deployment, first data. Undefined when the user
 * only wanted the project file. The file is written before AWS is changed, so that an interrupted run
 * is continued by `deploy`; a run that never changed AWS takes it back.
 */
export async function initDeploy(
  context: CliContext,
  plan: InitPlan,
  answers: AwsAnswers,
): Promise<SetUp | undefined> {
  const undos: Undo[] = []
  let prepared: PreparedDeploy
  try {
    if (plan.index?.path !== undefined && plan.index.yaml !== undefined) {
      undos.push(await writeKeepingOld(plan.index.path, plan.index.yaml))
    }
    const { region, profile } = answers
    const session = await openAwsSession(context, { region, profile })
    prepared = await prepareDeploy(context, session, { config: awsConfig(context, plan, answers) })
    refuseExisting(prepared)
    showNewDeployment(context, prepared)
    if (plan.data.kind === 's3' && plan.data.look.count !== undefined) {
      const { place, count } = plan.data.look
      showPrice(context, place, count, assumptionsOf(prepared.config))
    }
    const isWanted = await wantsDeploy(context, plan, answers)
    const document = projectText(awsProjectDocument(context, plan, answers))
    undos.push(await writeKeepingOld(context.settings.projectPath, document))
    context.signal.throwIfAborted()
    if (!isWanted) {
      await reportOnlyFile(context, plan)
      return undefined
    }
  } catch (error) {
    for (const undo of undos.toReversed()) await undo()
    throw error
  }
  return await deployAndFill(context, plan, prepared)
}

function refuseExisting({ stack, config }: PreparedDeploy): void {
  const status = stack?.status
  if (status === undefined || status === 'ROLLBACK_COMPLETE' || status === 'REVIEW_IN_PROGRESS')
    return
  throw new QwError(
    'conflict',
    `there is a deployment ${config.name} in ${config.region} already (${status})`,
    {
      code: 'STACK-EXISTS',
      fix: `change it: qw-lambda deploy --stack ${config.name} --region ${config.region}\nor choose another --name`,
    },
  )
}

async function wantsDeploy(
  context: CliContext,
  plan: InitPlan,
  answers: AwsAnswers,
): Promise<boolean> {
  if (answers.deploy !== undefined) return answers.deploy
  return await context.prompts.confirm({
    message: `Deploy ${plan.name} now?`,
    flag: '--deploy / --no-deploy',
    fallback: true,
  })
}

async function reportOnlyFile(context: CliContext, plan: InitPlan): Promise<void> {
  const { projectPath } = context.settings
  context.report.note(`Wrote ${projectPath}. Nothing was deployed.`)
  context.report.hint('Next: qw-lambda deploy')
  if (context.format !== 'json') return
  const document = { name: plan.name, target: 'aws', project_file: projectPath, deployed: false }
  await printJson(context, { schema: 'qw-lambda/init/1', ...document })
}

async function deployAndFill(
  context: CliContext,
  plan: InitPlan,
  prepared: PreparedDeploy,
): Promise<SetUp> {
  const { session, config, identity } = prepared
  // The plan says which data comes first, so deploying makes none of its own.
  const choices = { verify: true, replaceBuckets: 'refused', firstData: false } as const
  const result = await runDeploy(context, prepared, choices)
  const deployment: Deployment = { session, name: config.name, state: result.state }
  const client = lambdaClient(deployment)
  const firstData = await putFirstData(context, plan, deployment)
  if (plan.data.kind === 'sample' && !Number.isFinite(plan.everyMs)) {
    await setGenerator(result.state, 'disabled', session.ports.schedules)
  }
  if (context.format === 'table') await printEndCard(context, prepared, result)
  return {
    region: identity.region,
    place: `${identity.region}, account ${identity.accountId}`,
    client,
    firstData,
    deployResult: deployDocument(prepared, result),
    indexBytes: await indexBytes(client, result.state.outputs['IndexId'], firstData),
  }
}

async function putFirstData(
  context: CliContext,
  { data, index }: InitPlan,
  deployment: Deployment,
): Promise<FirstData | undefined> {
  switch (data.kind) {
    case 'empty':
      return undefined
    case 'sample':
      return await sample(context, deployment)
    case 'files':
    case 's3': {
      const outcome = await runAwsIngest(context, deployment, {
        sources: data.kind === 's3' ? [data.from] : data.paths,
        index: index?.config.indexId,
        opener: new SourceOpener(context),
        force: false,
        wait: true,
        // Told before the question whether to deploy.
        isAgreed: true,
        jobs: JOBS,
      })
      for (const { error } of outcome.sources) {
        if (error !== undefined) context.report.warn(error.message, error.fix)
      }
      const { docs, rejected, sourceBytes } = totalsOf(outcome)
      return { docs, rejected, sourceBytes, elapsedMs: outcome.elapsedMs }
    }
  }
}

async function sample(
  context: CliContext,
  { session, state }: Deployment,
): Promise<FirstData | undefined> {
  const {
    GeneratorFunction: generator,
    SearcherFunction: searcher,
    IndexId: indexId,
  } = state.outputs
  if (generator === undefined || searcher === undefined || indexId === undefined) return undefined
  const events = makeBatch({ generator, searcher, indexId }, session.ports, context.signal)
  const batch = await drawEvents(context, events)
  context.report.note(`${plural(batch.docCount, 'document')} searchable`)
  const sourceBytes = Math.round(batch.docCount * SALE_BYTES)
  return { docs: batch.docCount, rejected: 0, sourceBytes, elapsedMs: batch.searchableMs }
}

/** Of one sample document, newline included. */
const SALE_BYTES = 160.4

async function indexBytes(
  client: ApiClient,
  indexId: string | undefined,
  firstData: FirstData | undefined,
): Promise<number> {
  if (indexId === undefined || firstData === undefined) return 0
  const stats = await apiGetJson(
    client,
    `/indexes/${encodeURIComponent(indexId)}/describe?format=json`,
  )
  return isJsonObject(stats) ? Number(stats['size_published_splits'] ?? 0) : 0
}
