import { contentHash, makeArtifact, type Artifact } from './artifacts.ts'
import { FUNCTION_SETTINGS, type DeploymentConfig } from './deployment-config.ts'
import { artifactBucketOf, DEPLOYMENT_TAG, stackNameOf, VERSION_TAG } from './naming.ts'
import type { Identity } from './ports.ts'
import { stagingEvents, type StagingEvent } from './running-parts.ts'
import { parseTemplate, resourcesOf, templateFor, type PlannedResource } from './template.ts'
import { QwError } from '../engine/errors.ts'

/** What a deployment is made from; the caller has read the files. */
export interface DeployInputs {
  readonly config: DeploymentConfig
  /** Of this package, as tagged on the stack. */
  readonly version: string
  /** Text of templates/qw-lambda.yaml. */
  readonly template: string
  readonly zips: {
    readonly indexer: Uint8Array
    readonly searcher: Uint8Array
    readonly generator: Uint8Array
  }
  /** The default index's config, when it is not a shipped one. */
  readonly indexConfig: Uint8Array | undefined
  /** The user's own API key; counts on the first deployment only. */
  readonly apiKey: string | undefined
}

/** Everything a deployment will do, before it does anything. */
export interface DeployPlan {
  readonly deployment: string
  readonly stackName: string
  readonly artifactBucket: string
  readonly artifacts: readonly Artifact[]
  readonly templateKey: string
  /** Without those that belong to the running stack: ApiKey, LiveApiKeys, GeneratorState. */
  readonly parameters: Readonly<Record<string, string>>
  readonly apiKey: string | undefined
  readonly tags: Readonly<Record<string, string>>
  /** Equal for equal template, parameters and tags: how a deployment with no change is recognised. */
  readonly hash: string
  readonly resources: readonly PlannedResource[]
  /** What the staging bucket tells the queue of. */
  readonly stagingEvents: readonly StagingEvent[]
}

const OWN_KEY = /^[A-Za-z0-9]{20,128}$/

/** Throws `invalid` when the config does not fit the account or the key is too weak. */
export function planDeployment(inputs: DeployInputs, identity: Identity): DeployPlan {
  const { config } = inputs
  refuseWrongHome(config, identity)
  if (inputs.apiKey !== undefined && !OWN_KEY.test(inputs.apiKey)) {
    throw new QwError('invalid', 'the API key has to be 20 to 128 letters and digits', {
      fix: 'give a longer key, or none to have one generated',
    })
  }
  const zips = {
    indexer: makeArtifact('functions/indexer', 'zip', inputs.zips.indexer),
    searcher: makeArtifact('functions/searcher', 'zip', inputs.zips.searcher),
    generator: makeArtifact('functions/generator', 'zip', inputs.zips.generator),
  }
  const templateText = templateFor(config.region, inputs.template)
  const template = makeArtifact('templates/qw-lambda', 'yaml', Buffer.from(templateText))
  const indexConfig =
    inputs.indexConfig && makeArtifact(`configs/${config.index.id}`, 'yaml', inputs.indexConfig)
  const parsed = parseTemplate(templateText)
  const artifactBucket = artifactBucketOf({
    deployment: config.name,
    accountId: identity.accountId,
    region: identity.region,
  })
  const parameters = parametersOf(config, {
    ArtifactBucket: artifactBucket,
    IndexerZip: zips.indexer.key,
    SearcherZip: zips.searcher.key,
    GeneratorZip: zips.generator.key,
    IndexConfigKey: indexConfig?.key ?? '',
  })
  const tags = { [DEPLOYMENT_TAG]: config.name, [VERSION_TAG]: inputs.version }
  const hash = contentHash(JSON.stringify([templateText, parameters, tags]))
  return {
    deployment: config.name,
    stackName: stackNameOf(config.name),
    artifactBucket,
    artifacts: [...Object.values(zips), template, ...(indexConfig ? [indexConfig] : [])],
    templateKey: template.key,
    parameters: { ...parameters, DeployHash: hash },
    apiKey: inputs.apiKey,
    tags,
    hash,
    resources: resourcesOf(parsed, parameters),
    stagingEvents: stagingEvents(parsed, parameters),
  }
}

function parametersOf(
  config: DeploymentConfig,
  places: Record<string, string>,
): Record<string, string> {
  const onOff = (value: boolean) => (value ? 'on' : 'off')
  const settings = Object.entries(config.functions.settings).flatMap(([name, text]) => {
    const parameter = FUNCTION_SETTINGS[name]?.parameter
    return parameter === undefined ? [] : [[parameter, text] as const]
  })
  return {
    ...places,
    DeploymentName: config.name,
    Architecture: config.functions.arch,
    IndexerMemory: String(config.functions.indexerMemoryMb),
    SearcherMemory: String(config.functions.searcherMemoryMb),
    IndexerTimeout: String(config.functions.indexerTimeoutSeconds),
    IndexerConcurrency: String(config.functions.indexerConcurrency),
    StagedFileDays: String(config.stagedFileDays),
    IndexId: config.index.id,
    DataRetentionDays: String(config.index.retentionDays),
    SourceBucket: config.sourceBucket ?? '',
    SourcePrefix: config.sourcePrefix,
    // Every command settles it first; without an answer, what works for any bucket.
    SourceEvents: config.sourceEvents === 'auto' ? 'notification' : config.sourceEvents,
    SourceKmsKeyArn: config.sourceKmsKeyArn ?? '',
    PermissionsBoundary: config.permissionsBoundary ?? '',
    Generator: onOff(config.generator !== undefined),
    ...(config.generator && {
      GeneratorIntervalMinutes: String(config.generator.everyMinutes),
      GeneratorDocs: String(config.generator.docs),
    }),
    Api: onOff(config.api),
    ApiRequestsPerSecond: String(config.apiLimits.requestsPerSecond),
    ApiBurst: String(config.apiLimits.burst),
    ApiRequestsPerDay: String(config.apiLimits.requestsPerDay),
    ApiAccessLog: onOff(config.apiAccessLog),
    ApiPage: onOff(config.page),
    Firehose: onOff(config.firehose),
    Alarms: config.alarms,
    NotifyEmail: config.notifyEmail ?? '',
    MonthlyBudgetUsd: String(config.monthlyBudgetUsd),
    LogRetentionDays: String(config.logRetentionDays),
    ...Object.fromEntries(settings),
  }
}

function refuseWrongHome(config: DeploymentConfig, identity: Identity): void {
  if (config.accountId !== undefined && config.accountId !== identity.accountId) {
    throw new QwError(
      'invalid',
      `${config.name} belongs to account ${config.accountId}, and these credentials are for ${identity.accountId}`,
      {
        code: 'ACCOUNT-WRONG',
        fix: 'choose the right --profile, or edit accountId in the project file',
      },
    )
  }
  if (config.region !== identity.region) {
    throw new QwError(
      'invalid',
      `${config.name} is in ${config.region}, not in ${identity.region}`,
      {
        code: 'REGION-WRONG',
        fix: `pass --region ${config.region}`,
      },
    )
  }
}
