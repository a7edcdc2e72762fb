import { isQwError, QwError, messageOf } from '../../engine/errors.ts'
import { preflight } from '../../deploy/check.ts'
import type { DeploymentConfig } from '../../deploy/deployment-config.ts'
import { planDeployment, type DeployPlan } from '../../deploy/plan.ts'
import { settleSource } from '../../deploy/source-events.ts'
import type { Identity, StackState } from '../../deploy/ports.ts'
import type { CliContext } from '../command/context.ts'
import { drawCheck } from './draw-events.ts'
import { type IndexChange, indexChangeOf } from './index-change.ts'
import { readIndexConfigFile } from './project-file.ts'
import { readSaidOfIndex, type SaidOfIndex } from '../stack/said-of-index.ts'
import type { AwsSession } from '../stack/aws-session.ts'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packageFolder } from '../command/package-folder.ts'

export interface PreparedDeploy {
  readonly session: AwsSession
  readonly config: DeploymentConfig
  readonly plan: DeployPlan
  readonly identity: Identity
  /** As it was before; undefined when there is none. */
  readonly stack: StackState | undefined
  /** When that was. */
  readonly seenAtMs: number
  /** What becomes of its index; undefined: nothing. */
  readonly indexChange: IndexChange | undefined
}

interface PrepareRequest {
  readonly config: DeploymentConfig
  /** The user's own key; counts on the first deployment only. */
  readonly apiKey?: string | undefined
  /** Bring back a secret that waits for its deletion. */
  readonly restoreSecret?: boolean
}

/** Checks the account and works out what to do; changes nothing but a secret that is to be restored.
 *  Throws what the first failed check says, CRED-*, SECRET-PENDING. */
export async function prepareDeploy(
  context: CliContext,
  session: AwsSession,
  request: PrepareRequest,
): Promise<PreparedDeploy> {
  const { config: wanted } = request
  const phase = context.report.phase('Checking the account')
  const seenAtMs = session.ports.clock.nowMs()
  const found = await preflight(wanted.name, session.ports)
  const { identity, stack } = found
  if (identity === undefined) {
    phase.fail()
    // Asked again for its own error, which says more than the check's line.
    throw await session.ports.account.identity().then(
      () => new QwError('unavailable', 'AWS could not be asked who you are', { code: 'NETWORK' }),
      (error: unknown) => error,
    )
  }
  phase.succeed(`Account ${identity.accountId}, ${identity.region}`)
  for (const check of found.checks) {
    if (check.state === 'warn') drawCheck(context, check)
    if (check.id !== 'secret' || check.state !== 'fail') continue
    const arn = stack?.outputs['ApiKeySecretArn']
    if (request.restoreSecret !== true || arn === undefined) {
      throw new QwError('conflict', check.message, {
        code: 'SECRET-PENDING',
        fix: check.fix,
      })
    }
    await session.ports.secrets.restore(arn)
    context.report.note('Restored the secret with the API key.')
  }
  const { accountId } = identity
  const config = await settleSource(
    { config: wanted, stack, accountId },
    session.ports.sourceBuckets,
  )
  const files = await readPackageFiles()
  const written = await readIndexConfigFile(context, config.index.configFile)
  const deployed = await saidBefore(session, { config, identity, stack })
  const indexConfig = written ?? deployed?.text
  const plan = planDeployment(
    { ...files, config, version: context.version, indexConfig, apiKey: request.apiKey },
    identity,
  )
  const indexChange =
    stack === undefined
      ? undefined
      : await indexChangeOf(
          context,
          { session, name: config.name, state: stack },
          {
            indexId: config.index.id,
            said: { text: indexConfig, retentionDays: config.index.retentionDays },
            before: deployed,
          },
        )
  return { session, config, plan, identity, stack, seenAtMs, indexChange }
}

/** What the last deployment said of the index. A config that is gone is missed only where the project has none. */
async function saidBefore(
  session: AwsSession,
  { config, identity, stack }: Pick<PreparedDeploy, 'config' | 'identity' | 'stack'>,
): Promise<SaidOfIndex | undefined> {
  if (stack === undefined) return undefined
  const deployment = { session, name: config.name, state: stack }
  try {
    return await readSaidOfIndex(deployment, identity, config.index.id)
  } catch (error) {
    if (config.index.configFile !== undefined && isQwError(error, 'conflict')) return undefined
    throw error
  }
}

/** What this package ships for a deployment. */
interface PackageFiles {
  /** Text of templates/qw-lambda.yaml. */
  readonly template: string
  readonly zips: {
    readonly indexer: Uint8Array
    readonly searcher: Uint8Array
    readonly generator: Uint8Array
  }
}

/** Reads template and zips from the installed package. Throws `internal` where they were not built. */
async function readPackageFiles(): Promise<PackageFiles> {
  const root = packageFolder()
  const read = async (path: string): Promise<Buffer> =>
    await readFile(join(root, path)).catch((cause: unknown) => {
      throw new QwError('internal', `this package lacks ${path}: ${messageOf(cause)}`, {
        fix: 'install it again, or run npm run build in a checkout',
        cause,
      })
    })
  const [template, indexer, searcher, generator] = await Promise.all([
    read('templates/qw-lambda.yaml'),
    read('dist/functions/indexer.zip'),
    read('dist/functions/searcher.zip'),
    read('dist/functions/generator.zip'),
  ])
  return { template: template.toString(), zips: { indexer, searcher, generator } }
}
