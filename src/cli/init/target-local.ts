import { existsSync } from 'node:fs'
import { rm, rmdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { messageOf, QwError } from '../../engine/errors.ts'
import { publishedSplits } from '../../engine/metastore/index-metadata.ts'
import { splitSizeBytes } from '../../engine/metastore/split-record.ts'
import { createLocalStack, type LocalStack } from '../../local/local-stack.ts'
import { runGenerator } from '../../local/schedule.ts'
import type { CliContext } from '../command/context.ts'
import { formatCount, plural } from '../format/number.ts'
import { totalsOf } from '../intake/ingest-report.ts'
import { SourceOpener } from '../intake/open-source.ts'
import { runIngest } from '../intake/run-ingest.ts'
import { localClient } from '../stack/local-client.ts'
import { localHost } from '../stack/local-stacks.ts'
import { showEarlyHits } from './first-hits.ts'
import type { InitPlan } from './init-plan.ts'
import { projectDocument, projectText, writeKeepingOld, type Undo } from './project-file.ts'
import type { FirstData, SetUp } from './set-up.ts'

/** Creates the stack, puts the first data in, and writes the project file last. When a step fails or
 *  is interrupted, everything written before it is taken back. */
export async function setUpLocal(context: CliContext, plan: InitPlan): Promise<SetUp> {
  const undos: Undo[] = []
  try {
    const stack = await createStack(context, plan, undos)
    const { index } = plan
    if (index?.path !== undefined && index.yaml !== undefined) {
      undos.push(await writeKeepingOld(index.path, index.yaml))
    }
    const firstData = await putFirstData(context, stack, plan)
    context.signal.throwIfAborted()
    const { projectPath } = context.settings
    const document = projectText(projectDocument(context, plan))
    undos.push(await writeKeepingOld(projectPath, document))
    return {
      region: undefined,
      place: stack.folder,
      client: localClient(stack, context.version),
      firstData,
      indexBytes: await indexBytes(stack, index?.config.indexId),
    }
  } catch (error) {
    for (const undo of undos.toReversed()) await undo()
    if (context.signal.aborted) context.report.note('Everything written so far was taken back.')
    throw error
  }
}

async function createStack(
  context: CliContext,
  plan: InitPlan,
  undos: Undo[],
): Promise<LocalStack> {
  const host = localHost(context)
  const newFolders = missingFolders(host.dataDir)
  const { index } = plan
  const stack = await createLocalStack(host, plan.name, index?.config.indexId)
  undos.push(async () => {
    await rm(stack.folder, { recursive: true, force: true })
    for (const folder of newFolders) {
      // Not empty: another stack was made there meanwhile.
      await rmdir(folder).catch(() => undefined)
    }
  })
  if (index !== undefined) await stack.indexing.metastore.createIndex(index.config)
  const isStream = plan.data.kind === 'sample' && Number.isFinite(plan.everyMs)
  await stack.updateFile((file) => ({
    ...file,
    generator: {
      ...file.generator,
      ...(isStream ? { everyMs: plan.everyMs } : {}),
      // Whoever brought data of their own did not ask for sales among them.
      paused: !isStream,
    },
  }))
  return stack
}

/** The folder and those above it that are not there yet, innermost first. */
function missingFolders(folder: string): string[] {
  return existsSync(folder) ? [] : [folder, ...missingFolders(dirname(folder))]
}

async function putFirstData(
  context: CliContext,
  stack: LocalStack,
  plan: InitPlan,
): Promise<FirstData | undefined> {
  switch (plan.data.kind) {
    case 'sample':
      return await generateSample(context, stack)
    case 'files':
      return await ingestFiles(context, stack, plan, plan.data.paths)
    case 's3':
      throw new QwError('internal', 'a local stack was planned with data in S3')
    case 'empty':
      return undefined
  }
}

async function generateSample(context: CliContext, stack: LocalStack): Promise<FirstData> {
  const phase = context.report.phase('Making sample sales and indexing them')
  try {
    const run = await runGenerator(stack, context.clock, {}, context.signal)
    const perSecond = Math.round((run.indexedCount / Math.max(1, run.elapsedMs)) * 1_000)
    phase.succeed(`Indexed ${plural(run.indexedCount, 'document')}, ${formatCount(perSecond)}/s`)
    return {
      docs: run.indexedCount,
      rejected: run.docCount - run.indexedCount,
      sourceBytes: run.sourceBytes,
      elapsedMs: run.elapsedMs,
    }
  } catch (error) {
    phase.fail()
    throw error
  }
}

/** Any number of documents may be rejected here, as long as one is not: the first look at one's own
 *  data should show what is in it, and how to look at the rest. */
async function ingestFiles(
  context: CliContext,
  stack: LocalStack,
  plan: InitPlan,
  paths: readonly string[],
): Promise<FirstData> {
  const startedMs = context.clock.nowMs()
  let firstHitsMs: number | undefined
  const onFirstPublished = async (docCount: number): Promise<void> => {
    try {
      await showEarlyHits(context, plan, docCount)
      firstHitsMs = context.clock.nowMs() - startedMs
    } catch (error) {
      // They are shown at the end, then, and a failure is told there.
      context.report.detail(`no hits shown yet: ${messageOf(error)}`)
    }
  }
  const outcome = await runIngest(context, stack, {
    indexId: plan.index?.config.indexId ?? '',
    paths,
    opener: new SourceOpener(context),
    force: false,
    maxRejects: undefined,
    rejects: 'keep',
    merges: 'later',
    // A JSON document comes once, at the end.
    ...(context.format === 'json' ? {} : { onFirstPublished }),
  })
  context.signal.throwIfAborted()
  const errors = outcome.sources.flatMap(({ error }) => (error === undefined ? [] : [error]))
  const { docs, rejected, sourceBytes } = totalsOf(outcome)
  const [first] = errors
  if (docs === 0 && first !== undefined) throw first
  if (docs === 0)
    throw nothingFits(outcome.sources.flatMap(({ result }) => result?.rejectReasons ?? []))
  for (const error of errors) context.report.warn(error.message, error.fix)
  return { docs, rejected, sourceBytes, elapsedMs: outcome.elapsedMs, firstHitsMs }
}

function nothingFits(
  reasons: readonly { readonly reason: string; readonly firstLine: number }[],
): QwError {
  const [top] = reasons
  return new QwError('invalid', 'none of the documents fits the mapping', {
    code: 'INGEST-REJECTS',
    ...(top === undefined ? {} : { why: `mostly: ${top.reason} (first on line ${top.firstLine})` }),
    fix: 'mend the mapping: qw-lambda index infer <file> > index.yaml\nthen: qw-lambda init --schema index.yaml --data files --from <src>',
  })
}

async function indexBytes(stack: LocalStack, indexId: string | undefined): Promise<number> {
  if (indexId === undefined) return 0
  const splits = publishedSplits(await stack.indexing.metastore.load(indexId))
  return splits.reduce((sum, split) => sum + splitSizeBytes(split), 0)
}
