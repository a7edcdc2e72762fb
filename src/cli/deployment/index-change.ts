import { isQwError, QwError } from '../../engine/errors.ts'
import { type ConfigChange, configChanges } from '../../engine/schema/config-changes.ts'
import type { IndexConfig } from '../../engine/schema/index-config.ts'
import {
  CONFIG_CHANGE_COLUMNS,
  configChangeJson,
  configChangeRow,
} from '../command/config-change-rows.ts'
import type { CliContext } from '../command/context.ts'
import { noteRows } from '../command/note-rows.ts'
import { shellWord } from '../command/shell-word.ts'
import { plural } from '../format/number.ts'
import type { Deployment } from '../stack/aws-deployment.ts'
import { configOfSaid, type SaidOfIndex } from '../stack/said-of-index.ts'

/**
 * What a deployment does to its index, which is there already. The index has the config; what the
 * project says of it counts where it says something else than at the last deployment, so that neither
 * `deploy` takes back what `index update` changed, nor a change of the project is lost on the index.
 */
export interface IndexChange {
  readonly indexId: string
  /** `keep`: the index alone is another one than before, and stays so. */
  readonly action: 'change' | 'keep'
  /** From the index as it is to what the project says. */
  readonly changes: readonly ConfigChange[]
  /** The config to write; of `keep` what the project says. */
  readonly next: IndexConfig
}

interface IndexSayings {
  readonly indexId: string
  readonly said: SaidOfIndex
  /** At the last deployment; undefined when that was about another index. */
  readonly before: SaidOfIndex | undefined
}

/** Undefined without a difference, and without an index. Costs a GET of its metastore file. Throws
 *  INDEX-CONFIG for what cannot be changed, and when both sides changed the config. */
export async function indexChangeOf(
  context: CliContext,
  deployment: Deployment,
  { indexId, said, before }: IndexSayings,
): Promise<IndexChange | undefined> {
  const live = await liveConfig(context, deployment, indexId)
  const { indexRootOf } = await import('../stack/aws-direct-client.ts')
  const root = indexRootOf(deployment)
  const wished = configOfSaid(indexId, said, root)
  if (live === undefined || wished === undefined) return undefined
  const old = before && configOfSaid(indexId, before, root)
  if (old === undefined || configChanges(old, wished).length === 0) {
    const changes = configChanges(live, wished)
    return changes.length === 0 ? undefined : { indexId, action: 'keep', changes, next: wished }
  }
  const isTextSame = configChanges(old, { ...wished, retention: old.retention }).length === 0
  const next = isTextSame ? { ...live, retention: wished.retention } : wished
  const changes = configChanges(live, next)
  if (changes.length === 0) return undefined
  if (!isTextSame) refuseBoth(indexId, configChanges(old, live))
  const refused = changes.find(({ effect }) => effect === 'refused')
  if (refused !== undefined) throw cannotChange(indexId, refused)
  return { indexId, action: 'change', changes, next }
}

async function liveConfig(
  context: CliContext,
  deployment: Deployment,
  indexId: string,
): Promise<IndexConfig | undefined> {
  if (deployment.state.outputs['IndexBucket'] === undefined) return undefined
  const { cloudMetastore } = await import('../stack/aws-direct-client.ts')
  try {
    const { metadata } = await cloudMetastore(context, deployment).load(indexId, context.signal)
    return metadata.config
  } catch (error) {
    if (isQwError(error, 'notFound')) return undefined
    throw error
  }
}

function refuseBoth(indexId: string, byUpdate: readonly ConfigChange[]): void {
  if (byUpdate.length === 0) return
  const paths = byUpdate.map(({ path }) => path).join(', ')
  throw new QwError('invalid', `the config of ${indexId} was changed in two places`, {
    code: 'INDEX-CONFIG',
    why: `in the project since the last deploy, and in the index by index update: ${paths}`,
    fix: `put both into the project’s file, then: qw-lambda index update -f FILE\nthe index as it is: qw-lambda index describe ${shellWord(indexId)} --mapping`,
  })
}

function cannotChange(indexId: string, { path, reason }: ConfigChange): QwError {
  return new QwError('invalid', `\`${path}\` of ${indexId}: ${reason ?? 'it cannot be changed'}`, {
    code: 'INDEX-CONFIG',
    why: 'the splits that there are were written with it',
    fix: `leave it as it was in the project’s config, or read the documents into another index: qw-lambda index reindex ${shellWord(indexId)} --into ${shellWord(`${indexId}-2`)} -f FILE`,
  })
}

/** Part of the plan, after what changes of the stack. */
export function showIndexChange(context: CliContext, change: IndexChange | undefined): void {
  if (change === undefined) return
  const { indexId, action, changes } = change
  const { report } = context
  if (action === 'change') report.note(`Index ${indexId}:`)
  else report.note(`Index ${indexId} is not as the project says, and stays as it is:`)
  noteRows(context, CONFIG_CHANGE_COLUMNS, changes.map(configChangeRow))
  if (action === 'keep') {
    report.hint(
      `Take it into the project: qw-lambda index describe ${shellWord(indexId)} --mapping\nor back to what that says: qw-lambda index update -f FILE`,
    )
  }
}

/** As documents of `--json` have it. */
export function indexChangeJson(change: IndexChange | undefined) {
  if (change === undefined) return null
  const { indexId, action, changes } = change
  return { id: indexId, action, changes: changes.map(configChangeJson) }
}

/** Before the stack is changed: a deployment that is then cut off finds nothing left to do here. */
export async function changeIndex(
  context: CliContext,
  deployment: Deployment,
  change: IndexChange | undefined,
): Promise<void> {
  if (change?.action !== 'change') return
  const { indexId, next, changes } = change
  const phase = context.report.phase(`Changing index ${indexId}`)
  const { cloudMetastore } = await import('../stack/aws-direct-client.ts')
  try {
    await cloudMetastore(context, deployment).updateConfig(next)
    phase.succeed(`Changed ${plural(changes.length, 'setting')} of index ${indexId}`)
  } catch (error) {
    phase.fail()
    throw error
  }
}
