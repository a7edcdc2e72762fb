import { isQwError, QwError } from '../../engine/errors.ts'
import { copyLiveIndex } from '../../engine/indexing/copy-live-index.ts'
import { docMatcher } from '../../engine/search/match-docs.ts'
import { openLocalStack } from '../../local/local-stack.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { flag, text } from '../command/option.ts'
import { printJson } from '../command/rows.ts'
import { plural } from '../format/number.ts'
import { currentDataStack, type DataStack } from '../stack/data-stack.ts'
import { currentIndex, localHost } from '../stack/local-stacks.ts'
import { showCopy } from './copy-progress.ts'

export const indexCopyCommand = defineCommand({
  description:
    'Splits are copied as they are, checked by their checksums, and the index is there once all of them are. Stopped, the same command goes on. The source is pinned meanwhile: it may be written to and merged.',
  args: [['[id]', 'index id (the stack’s default)']],
  options: {
    toLocal: text('--to-local <stack>', 'into a stack of this machine'),
    toStack: text('--to-stack <stack>', 'into a deployment in AWS'),
    toRegion: text('--to-region <region>', 'where that is (the Region in use)'),
    toProfile: text('--to-profile <name>', 'AWS profile for it (the profile in use)'),
    as: text('--as <id>', 'index id there (the same)'),
    overwrite: flag('--overwrite', 'replace an index of that id, with all its documents'),
    confirm: text('--confirm <id>', 'the replaced index’s id, typed out'),
  },
  examples: [
    'qw-lambda index copy orders --to-stack shop-prod',
    'qw-lambda index copy orders --stack shop-prod --region us-east-1 --to-local shop',
  ],
  async run(context, { args, options }) {
    const { toLocal, toStack, toRegion: region, toProfile: profile } = options
    if ((toLocal === undefined) === (toStack === undefined)) throw whereTo()
    const from = await currentDataStack(context)
    const indexId = await currentIndex(context, from, args[0])
    await from.indexing.metastore.load(indexId, context.signal)
    const to =
      toLocal === undefined
        ? await openCloud(context, toStack ?? '', { region, profile })
        : await openLocalStack(localHost(context), toLocal)
    const targetId = options.as ?? indexId
    if (to.indexRoot === from.indexRoot && targetId === indexId) throw ontoItself(indexId)
    const isReplaced = await makeRoom(context, to, {
      targetId,
      mayOverwrite: options.overwrite === true,
      confirm: options.confirm,
    })
    const result = await showCopy(context, `Copying ${indexId} to ${to.name}`, (onProgress) =>
      copyLiveIndex({
        source: from.indexing,
        indexId,
        name: `copy-to-${to.name}-${targetId}`.slice(0, 63),
        target: to.indexing,
        targetId,
        matchDocs: docMatcher(from.indexing.metastore.store),
        signal: context.signal,
        onProgress,
      }),
    )
    if (context.format === 'json') {
      return await printJson(context, {
        schema: 'qw-lambda/index-copy/1',
        id: indexId,
        to: `${to.indexRoot}/${targetId}`,
        replaced: isReplaced,
        docs: result.docCount,
        splits: result.splitCount,
        splits_copied: result.copiedSplitCount,
        bytes_copied: result.copiedBytes,
        splits_found: result.foundSplitCount,
      })
    }
    context.report.note(
      `${targetId} of ${to.name} has the ${plural(result.docCount, 'document')} of ${indexId}.`,
    )
  },
})

async function openCloud(
  context: CliContext,
  name: string,
  place: { readonly region: string | undefined; readonly profile: string | undefined },
): Promise<DataStack> {
  const { openNamedCloudStack } = await import('../stack/aws-data-stack.ts')
  return await openNamedCloudStack(context, name, place)
}

interface Room {
  readonly targetId: string
  readonly mayOverwrite: boolean
  readonly confirm: string | undefined
}

/** Whether an index was replaced. One whose copy did not come to its end is none yet. */
async function makeRoom(
  context: CliContext,
  to: DataStack,
  { targetId, mayOverwrite, confirm }: Room,
): Promise<boolean> {
  const { metastore } = to.indexing
  try {
    await metastore.load(targetId, context.signal)
  } catch (error) {
    if (isQwError(error, 'notFound')) return false
    throw error
  }
  if (!mayOverwrite) {
    throw new QwError('invalid', `${to.name} has an index \`${targetId}\` already`, {
      code: 'INDEX-EXISTS',
      why: 'replacing it deletes its documents',
      fix: `give the copy another id with --as, or replace it: --overwrite --confirm ${targetId}`,
    })
  }
  await context.prompts.typedName({
    message: `This deletes all documents of ${targetId} in ${to.name} before the copy`,
    name: targetId,
    given: confirm,
  })
  await metastore.deleteIndex(targetId)
  return true
}

function whereTo(): QwError {
  return new QwError('invalid', 'where to? Name one of --to-local and --to-stack', {
    code: 'FLAGS-MISSING',
    fix: 'qw-lambda index copy orders --to-stack shop-prod\nqw-lambda list shows the stacks there are',
  })
}

function ontoItself(indexId: string): QwError {
  return new QwError('invalid', `${indexId} would be copied onto itself`, {
    code: 'USAGE',
    fix: 'give the copy another id with --as',
  })
}
