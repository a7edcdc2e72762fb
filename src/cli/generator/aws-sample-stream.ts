import { applyPlan } from '../../deploy/apply.ts'
import { readGenerator, setGenerator } from '../../deploy/generator-schedule.ts'
import type { StackState } from '../../deploy/ports.ts'
import { QwError } from '../../engine/errors.ts'
import { NO_FLAGS } from '../deployment/deploy-options.ts'
import type { CliContext } from '../command/context.ts'
import type { SampleStream, SampleStreamChange, SampleStreamState } from '../stack/sample-stream.ts'
import { cloudMetastore } from '../stack/aws-direct-client.ts'
import { deployConfig } from '../deployment/deploy-config.ts'
import { drawEvents } from '../deployment/draw-events.ts'
import { loadIndex } from '../intake/aws-ingest-follow.ts'
import { currentDeployment, outputOf, type Deployment } from '../stack/aws-deployment.ts'
import { prepareDeploy } from '../deployment/prepare-deploy.ts'
import { changePreparedIndex } from '../deployment/run-deploy.ts'
import { writeProjectFile } from '../deployment/project-file.ts'

const MINUTE_MS = 60_000

/** The sample stream of a deployment. Pausing acts on the schedule at once; how often and how much are
 *  settings of the stack, so changing them deploys. Throws `invalid` GENERATOR-NONE. */
export async function openCloudSampleStream(context: CliContext): Promise<SampleStream> {
  let deployment = await currentDeployment(context)
  const { session } = deployment
  return {
    stack: deployment.name,
    target: 'aws',
    read: () => stateOf(context, deployment),
    async change(change) {
      if (change.paused !== undefined) {
        const to = change.paused ? 'disabled' : 'enabled'
        await setGenerator(deployment.state, to, session.ports.schedules)
      }
      const state = await changeSettings(context, deployment, change)
      deployment = { ...deployment, state }
      return await stateOf(context, deployment)
    },
  }
}

async function stateOf(context: CliContext, deployment: Deployment): Promise<SampleStreamState> {
  const { state, session } = deployment
  const schedule = await readGenerator(state, session.ports.schedules)
  if (schedule === undefined) {
    throw new QwError('invalid', `${deployment.name} has no generator`, {
      code: 'GENERATOR-NONE',
      fix: 'qw-lambda deploy --every 5m',
    })
  }
  const { parameters } = state
  const everyMs = Number(parameters['GeneratorIntervalMinutes'] ?? 5) * MINUTE_MS
  const isOn = schedule.state === 'enabled'
  const lastRunMs = await lastBatchMs(context, deployment)
  const nowMs = context.clock.nowMs()
  return {
    paused: !isOn,
    isScheduled: isOn,
    indexId: outputOf(deployment, 'IndexId'),
    everyMs,
    docsPerBatch: Number(parameters['GeneratorDocs'] ?? 0),
    seed: undefined,
    lastRunMs,
    nextRunMs: isOn ? Math.max(nowMs, (lastRunMs ?? nowMs) + everyMs) : undefined,
  }
}

/** When the latest staged batch began to be indexed. */
async function lastBatchMs(
  context: CliContext,
  deployment: Deployment,
): Promise<number | undefined> {
  const metastore = cloudMetastore(context, deployment)
  const file = await loadIndex(metastore, outputOf(deployment, 'IndexId'), context.signal)
  const staging = `s3://${outputOf(deployment, 'StagingBucket')}/`
  return file?.runs.find(({ sourceUri }) => sourceUri.startsWith(staging))?.startedMs
}

async function changeSettings(
  context: CliContext,
  deployment: Deployment,
  { everyMs, docsPerBatch, seed }: SampleStreamChange,
): Promise<StackState> {
  const { session, state } = deployment
  if (seed !== undefined) {
    throw new QwError('invalid', 'the schedule of a deployment has no seed', {
      code: 'USAGE',
      fix: 'one batch with a seed: qw-lambda generator run --seed 7',
    })
  }
  if (everyMs === undefined && docsPerBatch === undefined) return state
  const { config, origin } = await deployConfig(context, session, NO_FLAGS)
  const everyMinutes = everyMs === undefined ? undefined : everyMs / MINUTE_MS
  if (everyMinutes !== undefined && !Number.isInteger(everyMinutes)) {
    throw new QwError('invalid', '--every takes whole minutes in AWS', { code: 'USAGE' })
  }
  const generator = {
    everyMinutes: everyMinutes ?? config.generator?.everyMinutes ?? 5,
    docs: docsPerBatch ?? config.generator?.docs ?? 100_000,
  }
  const prepared = await prepareDeploy(context, session, { config: { ...config, generator } })
  await changePreparedIndex(context, prepared)
  const options = { replaceHusk: () => Promise.resolve(false), replaceBuckets: 'refused' as const }
  const events = applyPlan(prepared.plan, session.ports, options, context.signal)
  const changed = await drawEvents(context, events)
  if (origin === 'project') await writeProjectFile(context, prepared.config)
  return changed
}
