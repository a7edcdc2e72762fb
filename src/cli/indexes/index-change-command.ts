import { withoutUsualPlace } from '../../api/metadata.ts'
import { stringifyJson } from '../../engine/bytes/json.ts'
import { isQwError, QwError } from '../../engine/errors.ts'
import { publishedSplits } from '../../engine/metastore/index-metadata.ts'
import { inferIndexConfig } from '../../engine/sources/infer/infer.ts'
import { serializeIndexConfig } from '../../engine/schema/serialize-config.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { plural } from '../format/number.ts'
import { printJson } from '../command/rows.ts'
import { readConfigFile } from '../intake/config-file.ts'
import { expandSources } from '../intake/ingest-files.ts'
import { indexIdFor, noteFields } from '../intake/inferred-fields.ts'
import { INPUT_FORMAT } from '../intake/input-format.ts'
import { SourceOpener } from '../intake/open-source.ts'
import { DEFAULT_SAMPLE_DOCS, sampleSource } from '../../engine/sources/sample-source.ts'
import { currentDataStack, type DataStack } from '../stack/data-stack.ts'
import { stopMergesBehind } from '../stack/merges-behind.ts'
import { flag, integer, text } from '../command/option.ts'
import { shellWord } from '../command/shell-word.ts'
import { missingFlags } from '../command/prompts.ts'

export const indexInferCommand = defineCommand({
  pages: () => true,
  description: 'Needs no stack: the config goes to stdout, what was found to stderr.',
  args: [['<file>', 'file of documents, or - for stdin']],
  options: {
    index: text('--index <id>', 'index id in the config (the file’s name)'),
    rows: integer('--rows <count>', `documents looked at (${DEFAULT_SAMPLE_DOCS})`, 1),
    timestampField: text('--timestamp-field <field>', 'the field that is the documents’ time'),
    inputFormat: INPUT_FORMAT,
  },
  examples: ['qw-lambda index infer orders.ndjson > orders.yaml'],
  async run(context, { args, options }) {
    const [path = ''] = await expandSources(args)
    const source = await new SourceOpener(context, options.inputFormat).lookAt(path)
    const { docs, format } = await sampleSource(source, {
      maxDocs: options.rows ?? DEFAULT_SAMPLE_DOCS,
      nowMs: context.clock.nowMs(),
      signal: context.signal,
    })
    const { timestampField } = options
    const inferred = inferIndexConfig(docs, {
      indexId: options.index ?? indexIdFor(path),
      format,
      ...(timestampField === undefined ? {} : { timestampField }),
    })
    if (context.format === 'json') {
      return await context.out.write(
        `${stringifyJson({
          schema: 'qw-lambda/index-infer/1',
          documents: docs.length,
          config: serializeIndexConfig(inferred.config),
          timestamp_candidates: [...inferred.timestampCandidates],
          left_dynamic: inferred.leftDynamic.map(({ name, reason }) => ({ name, reason })),
        })}\n`,
      )
    }
    const timestamp = inferred.config.docMapping.timestampField
    noteFields(context, { ...inferred, docs, timestamp, name: path, format })
    await context.out.write(inferred.yaml)
    context.report.hint(
      `From ${plural(docs.length, 'document')}. Next: qw-lambda index create -f FILE`,
    )
  },
})

export const indexCreateCommand = defineCommand({
  options: {
    file: text('-f, --file <config>', 'index config, YAML or JSON; - for stdin'),
    overwrite: flag('--overwrite', 'replace an index of the same id, with all its documents'),
    confirm: text('--confirm <id>', 'the replaced index’s id, typed out'),
  },
  examples: [
    'qw-lambda index create -f orders.yaml',
    'qw-lambda index create -f orders.yaml --overwrite --confirm orders',
  ],
  async run(context, { options }) {
    if (options.file === undefined)
      throw missingFlags(['--file'], 'qw-lambda index create -f orders.yaml')
    const stack = await currentDataStack(context)
    const { config: written, notes } = await readConfigFile(options.file)
    const config = withoutUsualPlace(written, stack.indexRoot)
    for (const note of notes) context.report.note(note)
    const { indexId } = config
    const { metastore } = stack.indexing
    const isThere = await exists(stack, indexId)
    if (isThere && options.overwrite !== true) {
      throw new QwError('invalid', `there is an index \`${indexId}\` already`, {
        code: 'INDEX-EXISTS',
        why: 'replacing it deletes its documents',
        fix: `qw-lambda index create -f ${shellWord(options.file)} --overwrite --confirm ${indexId}\nor give it another index_id in the file`,
      })
    }
    const isReplaced = isThere
    if (isReplaced) {
      await context.prompts.typedName({
        message: `This deletes all documents of ${indexId}`,
        name: indexId,
        given: options.confirm,
      })
      await metastore.deleteIndex(indexId)
    }
    await metastore.createIndex(config)
    await stack.updateFile((file) => ({ ...file, defaultIndex: file.defaultIndex ?? indexId }))
    if (context.format === 'json') {
      const document = { schema: 'qw-lambda/index-create/1', id: indexId, replaced: isReplaced }
      return await printJson(context, document)
    }
    context.report.note(`${isReplaced ? 'Replaced' : 'Created'} index ${indexId}`)
    context.report.hint(`Next: qw-lambda ingest <file> --index ${indexId}`)
  },
})

export const indexClearCommand = defineCommand({
  args: [['<id>', 'index id']],
  options: {
    confirm: text('--confirm <id>', 'the index id, typed out'),
    keepCheckpoints: flag('--keep-checkpoints', 'files indexed before stay marked as indexed'),
  },
  examples: ['qw-lambda index clear orders --confirm orders'],
  async run(context, { args, options }) {
    const [indexId = ''] = args
    const stack = await currentDataStack(context)
    const docCount = await docCountOf(context, stack, indexId)
    await context.prompts.typedName({
      message: `This deletes ${plural(docCount, 'document')} of ${indexId}`,
      name: indexId,
      given: options.confirm,
    })
    const keepCheckpoints = options.keepCheckpoints === true
    const removed = await stack.indexing.metastore.clearIndex(indexId, { keepCheckpoints })
    await sayRemoved(context, 'index-clear', { indexId, docCount, splitCount: removed.length })
    const { snapshots } = await stack.indexing.metastore.load(indexId, context.signal)
    if (snapshots.length > 0) {
      const kept = plural(snapshots.length, 'snapshot')
      context.report.hint(
        `What its ${kept} hold stays: qw-lambda index snapshot list --index ${indexId}`,
      )
    }
  },
})

export const indexDeleteCommand = defineCommand({
  args: [['<id>', 'index id']],
  options: {
    confirm: text('--confirm <id>', 'the index id, typed out'),
    withSnapshots: flag('--with-snapshots', 'also when it has snapshots, which go with it'),
  },
  examples: ['qw-lambda index delete orders --confirm orders'],
  async run(context, { args, options }) {
    const [indexId = ''] = args
    const stack = await currentDataStack(context)
    const docCount = await docCountOf(context, stack, indexId)
    await context.prompts.typedName({
      message: `This deletes ${indexId} with ${plural(docCount, 'document')}`,
      name: indexId,
      given: options.confirm,
    })
    if (stack.folder !== undefined) await stopMergesBehind(stack.folder, indexId)
    const withSnapshots = options.withSnapshots === true
    const removed = await stack.indexing.metastore.deleteIndex(indexId, { withSnapshots })
    await stack.updateFile((file) => ({
      ...file,
      defaultIndex: file.defaultIndex === indexId ? undefined : file.defaultIndex,
    }))
    await sayRemoved(context, 'index-delete', { indexId, docCount, splitCount: removed.length })
  },
})

async function exists(stack: DataStack, indexId: string): Promise<boolean> {
  return (await stack.indexing.metastore.listIndexIds()).includes(indexId)
}

async function docCountOf(context: CliContext, stack: DataStack, indexId: string): Promise<number> {
  try {
    const file = await stack.indexing.metastore.load(indexId, context.signal)
    return publishedSplits(file).reduce((sum, split) => sum + split.docCount, 0)
  } catch (error) {
    // A metastore file that cannot be read must not stop its own removal.
    if (isQwError(error, 'corrupt')) return 0
    throw error
  }
}

interface Removal {
  readonly indexId: string
  readonly docCount: number
  readonly splitCount: number
}

async function sayRemoved(
  context: CliContext,
  what: 'index-clear' | 'index-delete',
  { indexId, docCount, splitCount }: Removal,
): Promise<void> {
  if (context.format === 'json') {
    const document = {
      schema: `qw-lambda/${what}/1`,
      id: indexId,
      docs_removed: docCount,
      splits_removed: splitCount,
    }
    return await printJson(context, document)
  }
  const verb = what === 'index-clear' ? 'Cleared' : 'Deleted'
  context.report.note(
    `${verb} ${indexId}: ${plural(docCount, 'document')} in ${plural(splitCount, 'split')} are gone.`,
  )
}
