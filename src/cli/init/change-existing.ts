import { QwError } from '../../engine/errors.ts'
import type { LocalStack } from '../../local/local-stack.ts'
import { statusCommand } from '../commands/status.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { parseDurationMs } from '../format/duration.ts'
import { plural } from '../format/number.ts'
import { expandSources } from '../ingest-files.ts'
import { ensureIndex } from '../ingest/create-index.ts'
import { reportIngest } from '../ingest/ingest-report.ts'
import { SourceOpener } from '../ingest/open-source.ts'
import { rejectLimit } from '../ingest/reject-limit.ts'
import { runIngest } from '../ingest/run-ingest.ts'
import type { InitOptions } from './init-options.ts'
import { everyText, projectText, writeKeepingOld } from './project-file.ts'
import { parseRetentionText, withRetention } from './retention.ts'

/** One thing to change in a stack that is there. */
type Change =
  | { readonly kind: 'none' }
  | { readonly kind: 'data'; readonly from: string }
  | { readonly kind: 'every'; readonly everyMs: number }
  | { readonly kind: 'retention'; readonly period: string | undefined }

/** `init` in a folder that is set up: shows what there is, and changes what is asked for. */
export async function changeExisting(
  context: CliContext,
  stack: LocalStack,
  options: InitOptions,
): Promise<ExitCode> {
  refuseOtherName(context, stack, options)
  if (context.format !== 'json') {
    context.report.note(`${stack.name} is set up already (${context.settings.projectPath}):`)
    await statusCommand.invoke(context, [], {})
  }
  const flags = changesOf(options)
  const changes = flags.length > 0 ? flags : [await askChange(context)]
  let exitCode: ExitCode = EXIT.ok
  for (const change of changes) {
    const ended = await apply(context, stack, change)
    if (ended !== EXIT.ok) exitCode = ended
  }
  const isUnchanged = changes.every(({ kind }) => kind === 'none')
  if (context.format === 'json' && !changes.some(({ kind }) => kind === 'data')) {
    await context.out.write(`${JSON.stringify(existingDocument(context, stack, changes))}\n`)
  } else if (isUnchanged) {
    context.report.hint(
      `Nothing was changed. Change one thing: --every, --retention, --from\nBegin anew: qw-lambda teardown --confirm ${stack.name}, then init`,
    )
  }
  return exitCode
}

function refuseOtherName(
  { settings }: CliContext,
  stack: LocalStack,
  { name, target }: InitOptions,
): void {
  const isOther = (name ?? stack.name) !== stack.name || target === 'aws'
  if (!isOther) return
  throw new QwError('conflict', `this folder is set up as ${stack.name}, on this machine`, {
    code: 'PROJECT-EXISTS',
    why: `its project file is ${settings.projectPath}`,
    fix: 'use another folder, or add --force: the old project file is kept as .bak, the old stack stays',
  })
}

/** Every flag that names a change; several are fine. */
function changesOf({ from, every, retention }: InitOptions): Change[] {
  return [
    ...(from === undefined ? [] : [{ kind: 'data', from } as const]),
    ...(every === undefined ? [] : [{ kind: 'every', everyMs: every } as const]),
    ...(retention === undefined
      ? []
      : [{ kind: 'retention', period: parseRetentionText(retention) } as const]),
  ]
}

async function askChange({ prompts }: CliContext): Promise<Change> {
  if (!prompts.interactive) return { kind: 'none' }
  const kind = await prompts.select<Change['kind']>({
    message: 'Change one thing',
    flag: '--from, --every, --retention',
    fallback: 'none',
    choices: [
      { value: 'none', name: 'leave everything as it is' },
      { value: 'data', name: 'add data from files' },
      { value: 'every', name: 'how often sample data is made' },
      { value: 'retention', name: 'how long documents are kept' },
    ],
  })
  switch (kind) {
    case 'none':
      return { kind }
    case 'data':
      return {
        kind,
        from: await prompts.text({
          message: 'File, folder or glob',
          flag: '--from',
          fallback: undefined,
        }),
      }
    case 'every': {
      const validate = (text: string): string | undefined =>
        text === 'none' || parseDurationMs(text) !== undefined ? undefined : 'write 5m, 1h or none'
      const text = await prompts.text({
        message: 'New sample batch every',
        flag: '--every',
        fallback: '5m',
        validate,
      })
      return { kind, everyMs: parseDurationMs(text) ?? Infinity }
    }
    case 'retention': {
      const text = await prompts.text({
        message: 'Keep documents for',
        flag: '--retention',
        fallback: 'forever',
      })
      return { kind, period: parseRetentionText(text) }
    }
  }
}

async function apply(context: CliContext, stack: LocalStack, change: Change): Promise<ExitCode> {
  switch (change.kind) {
    case 'none':
      return EXIT.ok
    case 'data':
      return await addData(context, stack, change.from)
    case 'every':
      await stack.updateFile((file) => ({
        ...file,
        generator: {
          ...file.generator,
          everyMs: Number.isFinite(change.everyMs) ? change.everyMs : file.generator.everyMs,
          paused: !Number.isFinite(change.everyMs),
        },
      }))
      return await changeProject(context, { generator: { every: everyText(change.everyMs) } })
    case 'retention':
      await changeRetention(context, stack, change.period)
      return await changeProject(context, { retention: change.period ?? 'forever' })
  }
}

async function addData(context: CliContext, stack: LocalStack, from: string): Promise<ExitCode> {
  const paths = await expandSources([from])
  const opener = new SourceOpener(context)
  const created = { index: undefined, path: paths[0] ?? '', opener, timestampField: undefined }
  const indexId = await ensureIndex(context, stack, created)
  const outcome = await runIngest(context, stack, {
    indexId,
    paths,
    opener,
    force: false,
    maxRejects: rejectLimit(undefined, undefined),
    rejects: 'keep',
  })
  return await reportIngest(context, outcome)
}

async function changeRetention(
  { report }: CliContext,
  stack: LocalStack,
  period: string | undefined,
): Promise<void> {
  const { metastore } = stack.indexing
  const ids = await metastore.listIndexIds()
  for (const id of ids) {
    const { config } = (await metastore.load(id)).metadata
    if (config.docMapping.timestampField === undefined) continue
    await metastore.updateConfig(withRetention(config, period))
  }
  report.note(
    `${plural(ids.length, 'index', 'indexes')} keep documents ${period === undefined ? 'forever' : `for ${period}`}`,
  )
}

async function changeProject(
  { settings, report }: CliContext,
  change: Readonly<Record<string, unknown>>,
): Promise<ExitCode> {
  await writeKeepingOld(
    settings.projectPath,
    projectText({ ...settings.project?.document, ...change }),
  )
  report.note(
    `Changed ${settings.projectPath}; what it said before is in ${settings.projectPath}.bak`,
  )
  return EXIT.ok
}

function existingDocument(
  { settings }: CliContext,
  stack: LocalStack,
  changes: readonly Change[],
): Record<string, unknown> {
  return {
    schema: 'qw-lambda/init/1',
    name: stack.name,
    target: 'local',
    region: null,
    project_file: settings.projectPath,
    deployed: true,
    changed: changes.map(({ kind }) => kind).filter((kind) => kind !== 'none'),
  }
}
