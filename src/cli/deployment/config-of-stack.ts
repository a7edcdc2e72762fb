import {
  FUNCTION_SETTINGS,
  parseDeploymentConfig,
  type DeploymentConfig,
} from '../../deploy/deployment-config.ts'
import type { Identity, StackState } from '../../deploy/ports.ts'
import { deploymentNameOf } from '../../deploy/status.ts'

/** The config that a running stack was made from, read back from its parameters: for a machine that
 *  has no project file, and to show what a change would cost. Throws `invalid` for a stack whose
 *  parameters somebody changed to what this version does not know. */
export function configOfStack(
  state: StackState,
  place: Pick<Identity, 'region'>,
): DeploymentConfig {
  const { parameters } = state
  const number = (name: string): number | undefined =>
    parameters[name] === undefined ? undefined : Number(parameters[name])
  const text = (name: string): string | undefined =>
    (parameters[name] ?? '') === '' ? undefined : parameters[name]
  const section = {
    name: deploymentNameOf(state),
    region: place.region,
    index: { id: text('IndexId'), retentionDays: number('DataRetentionDays') },
    functions: {
      arch: text('Architecture'),
      indexerMemoryMb: number('IndexerMemory'),
      searcherMemoryMb: number('SearcherMemory'),
      indexerTimeoutSeconds: number('IndexerTimeout'),
      indexerConcurrency: number('IndexerConcurrency'),
      settings: settingsOf(parameters),
    },
    generator:
      parameters['Generator'] === 'off'
        ? false
        : { everyMinutes: number('GeneratorIntervalMinutes'), docs: number('GeneratorDocs') },
    api: parameters['Api'] !== 'off',
    apiLimits: {
      requestsPerSecond: number('ApiRequestsPerSecond'),
      burst: number('ApiBurst'),
      requestsPerDay: number('ApiRequestsPerDay'),
    },
    apiAccessLog: parameters['ApiAccessLog'] === 'on',
    page: parameters['ApiPage'] === 'on',
    firehose: parameters['Firehose'] === 'on',
    sourceBucket: text('SourceBucket'),
    sourcePrefix: text('SourcePrefix'),
    sourceEvents: text('SourceEvents'),
    sourceKmsKeyArn: text('SourceKmsKeyArn'),
    permissionsBoundary: text('PermissionsBoundary'),
    stagedFileDays: number('StagedFileDays'),
    logRetentionDays: number('LogRetentionDays'),
    alarms: text('Alarms'),
    notifyEmail: text('NotifyEmail'),
    monthlyBudgetUsd: number('MonthlyBudgetUsd'),
  }
  return parseDeploymentConfig(section)
}

/** Settings that differ from the template's own defaults: only those were chosen by somebody. */
function settingsOf(parameters: Readonly<Record<string, string>>): Record<string, string> {
  const chosen = Object.entries(FUNCTION_SETTINGS).flatMap(([name, { parameter, fallback }]) => {
    const value = parameters[parameter]
    return value === undefined || value === fallback ? [] : [[name, value]]
  })
  return Object.fromEntries(chosen) as Record<string, string>
}
