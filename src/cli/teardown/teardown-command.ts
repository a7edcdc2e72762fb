import { isQwError, QwError } from '../../engine/errors.ts'
import { publishedSplits } from '../../engine/metastore/index-metadata.ts'
import { listLocalStacks, removeLocalStack, type LocalStack } from '../../local/local-stack.ts'
import { runningServer } from '../../local/serve-lock.ts'
import { isCloudTarget } from '../stack/target.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { drawFacts, type Fact } from '../format/facts.ts'
import { formatBytes, plural } from '../format/number.ts'
import { printJson } from '../command/rows.ts'
import { currentLocalStack } from '../stack/local-stacks.ts'
import { stopMergesBehind } from '../stack/merges-behind.ts'
import { flag, list, text } from '../command/option.ts'
import { changeJsonFile } from '../command/settings-file.ts'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

export const teardownCommand = defineCommand({
  description: 'Shows what will go and asks for the stack’s name. Running it again is always safe.',
  options: {
    confirm: text('--confirm <name>', 'the stack’s name, typed out'),
    dryRun: flag('--dry-run', 'show what would go, and stop'),
    keepIndex: flag('--keep-index', 'in AWS: leave the index bucket and what is in it'),
    keepLogs: flag('--keep-logs', 'refused, with the way to save them first'),
    force: flag('--force', 'in AWS: go on past what fails, and report it at the end'),
    now: flag('--now', 'in AWS: do not wait for a running indexer'),
    bucketIsMine: list(
      '--bucket-is-mine <names>',
      'in AWS: buckets without our tag that may be emptied',
    ),
  },
  examples: ['qw-lambda teardown --confirm shop'],
  async run(context, { options }) {
    if (options.keepLogs === true) throw logsCannotStay()
    if (isCloudTarget(context)) {
      const { awsTeardown } = await import('./aws-teardown.ts')
      return await awsTeardown(context, {
        confirm: options.confirm,
        dryRun: options.dryRun === true,
        keepIndex: options.keepIndex === true,
        force: options.force === true,
        now: options.now === true,
        bucketsAreMine: options.bucketIsMine ?? [],
      })
    }
    const stack = await stackToRemove(context)
    if (stack === undefined) return await reportRemoval(context, NOTHING, 0)
    await refuseWhileServing(stack)
    const plan = await planOf(context, stack)
    showPlan(context, plan)
    if (options.dryRun === true) {
      if (context.format === 'json') await printJson(context, planDocument(plan))
      return
    }
    await context.prompts.typedName({
      message: `This deletes all data of ${stack.name}`,
      name: stack.name,
      given: options.confirm,
    })
    const startedMs = context.clock.nowMs()
    await stopMergesBehind(stack.folder)
    const phase = context.report.phase(`Removing ${stack.name}`)
    await removeLocalStack(stack)
    const left = await folderSize(stack.folder)
    phase.succeed(`Removed ${stack.name}`)
    await forgetDefault(context, stack.name)
    if (left.files > 0) throw leftovers(stack, left)
    await reportRemoval(context, plan, context.clock.nowMs() - startedMs)
  },
})

function logsCannotStay(): QwError {
  return new QwError('invalid', 'the logs cannot be kept: they go with their stack', {
    code: 'USAGE',
    why: 'CloudFormation leaves out of a deletion only what it has failed to delete before',
    fix: 'save them first: qw-lambda logs --since 30d --format ndjson > logs.ndjson\nthen leave --keep-logs out',
  })
}

interface RemovalPlan {
  readonly name: string
  readonly folder: string
  readonly size: FolderSize
  readonly indexes: readonly {
    readonly id: string
    readonly docCount: number
    readonly snapshotCount: number
  }[]
}

const NOTHING: RemovalPlan = { name: '', folder: '', size: { files: 0, bytes: 0 }, indexes: [] }

/** Undefined when the stack that is named is gone already. */
async function stackToRemove(context: CliContext): Promise<LocalStack | undefined> {
  try {
    return await currentLocalStack(context)
  } catch (error) {
    if (!isQwError(error, 'notFound') || error.code !== 'STACK-NONE') throw error
    const others = await listLocalStacks(context.settings.dataDir)
    context.report.note(
      `There is no stack ${context.settings.get('stack')} in ${context.settings.dataDir}.`,
    )
    if (others.length > 0)
      context.report.hint(`There is ${others.join(', ')}: name one with --stack.`)
    return undefined
  }
}

async function refuseWhileServing(stack: LocalStack): Promise<void> {
  const server = await runningServer(stack.folder)
  if (server === undefined) return
  throw new QwError('conflict', `${stack.name} is being served at ${server.url}`, {
    code: 'LOCAL-LOCK',
    fix: `stop that first: kill ${server.pid}`,
  })
}

async function planOf(context: CliContext, stack: LocalStack): Promise<RemovalPlan> {
  // A damaged metastore is a reason to remove a stack, not to keep it.
  const files = await stack.indexing.metastore.listIndexes(['*'], context.signal).catch(() => [])
  const indexes = files.map((file) => ({
    id: file.metadata.indexId,
    docCount: publishedSplits(file).reduce((sum, split) => sum + split.docCount, 0),
    snapshotCount: file.snapshots.length,
  }))
  return { name: stack.name, folder: stack.folder, size: await folderSize(stack.folder), indexes }
}

function showPlan({ report, out, settings }: CliContext, plan: RemovalPlan): void {
  const facts: Fact[] = [
    ['removes', plan.folder],
    ['', `${plural(plan.size.files, 'file')}, ${formatBytes(plan.size.bytes)}`],
    ...plan.indexes.map(({ id, docCount, snapshotCount }): Fact => [
      'index',
      `${id}, ${plural(docCount, 'document')}${snapshotCount === 0 ? '' : ` and ${plural(snapshotCount, 'snapshot')}`}`,
    ]),
    ['keeps', `your source files, ${settings.projectPath}`],
    ['saves', '$0.00 a month: a local stack costs nothing'],
  ]
  const width = Number.isFinite(out.columns) ? out.columns : 100
  report.note(drawFacts(facts, { ...out, isTerminal: true, columns: width }).trimEnd())
}

function planDocument(plan: RemovalPlan): object {
  return {
    schema: 'qw-lambda/teardown-plan/1',
    removes: [
      { type: 'local-stack', id: plan.folder, objects: plan.size.files, bytes: plan.size.bytes },
    ],
    indexes: plan.indexes.map(({ id, docCount, snapshotCount }) => ({
      id,
      docs: docCount,
      snapshots: snapshotCount,
    })),
    usd_month: 0,
  }
}

/** Commands must not go on meaning a stack that is gone. */
async function forgetDefault({ settings, report }: CliContext, name: string): Promise<void> {
  const { value, origin } = settings.all.stack
  if (origin !== 'user file' || value !== name) return
  await changeJsonFile(settings.userPath, { stack: undefined })
  report.note(`${name} is no longer the default stack.`)
}

function leftovers(stack: LocalStack, left: FolderSize): QwError {
  return new QwError(
    'internal',
    `${plural(left.files, 'file')} of ${stack.name} could not be removed`,
    {
      code: 'LEFTOVERS',
      why: `they are in ${stack.folder}; another program may hold them`,
      fix: `qw-lambda teardown --stack ${stack.name}, or rm -r ${stack.folder}`,
    },
  )
}

async function reportRemoval(
  context: CliContext,
  plan: RemovalPlan,
  elapsedMs: number,
): Promise<void> {
  const { size } = plan
  if (context.format === 'json') {
    return await printJson(context, {
      schema: 'qw-lambda/teardown/1',
      removed: plan === NOTHING ? [] : [{ type: 'local-stack', id: plan.folder }],
      kept: [],
      leftovers: [],
      objects_deleted: size.files,
      bytes_deleted: size.bytes,
      elapsed_ms: Math.round(elapsedMs),
    })
  }
  const gone = `${plural(size.files, 'file')} and ${formatBytes(size.bytes)} are gone. `
  await context.out.write(
    `Nothing left. ${plan === NOTHING ? '' : gone}Cost from now on: $0.00 a month.\n`,
  )
}

interface FolderSize {
  readonly files: number
  readonly bytes: number
}

/** Every file below a folder; zero when it is gone. Files that vanish meanwhile are not counted. */
async function folderSize(folder: string): Promise<FolderSize> {
  let entries
  try {
    entries = await readdir(folder, { recursive: true, withFileTypes: true })
  } catch {
    return { files: 0, bytes: 0 }
  }
  let files = 0
  let bytes = 0
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const size = await stat(join(entry.parentPath, entry.name)).then(
      (facts) => facts.size,
      () => undefined,
    )
    if (size === undefined) continue
    files++
    bytes += size
  }
  return { files, bytes }
}
