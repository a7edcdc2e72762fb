import { QwError } from '../../engine/errors.ts'
import type { LocalStack } from '../../local/local-stack.ts'
import type { CliContext } from '../command/context.ts'
import { EXIT, type ExitCode } from '../command/exit-codes.ts'
import { parseDuration } from '../../engine/dates/duration.ts'
import { expandSources } from '../intake/ingest-files.ts'
import { chooseIndex } from '../intake/choose-index.ts'
import { reportIngest } from '../intake/ingest-report.ts'
import { SourceOpener } from '../intake/open-source.ts'
import { rejectLimit } from '../intake/reject-limit.ts'
import { runIngest } from '../intake/run-ingest.ts'
import { withInnerDocument } from './inner-document.ts'
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
    await context.runCommand('status', { context })
  }
  const flags = changesOf(options)
  const changes = flags.length > 0 ? flags : [await askChange(context)]
  let document = { ...context.settings.project?.document }
  for (const change of changes) {
    await changeSetting(context, stack, change)
    document = { ...document, ...intentOf(change) }
  }
  await writeProject(context, document)
  // Last: documents that do not fit end the command.
  const data = changes.find((change) => change.kind === 'data')
  if (data !== undefined) {
    return await withInnerDocument(
      context,
      (inner) => addData(inner, stack, data.from),
      (ingest) => ({ ...existingDocument(context, stack, changes), ingest }),
    )
  }
  if (context.format === 'json') {
    await context.out.write(`${JSON.stringify(existingDocument(context, stack, changes))}\n`)
  } else if (changes.every(({ kind }) => kind === 'none')) {
    context.report.hint(
      `Nothing was changed. Change one thing: --every, --retention, --from\nBegin anew: qw-lambda teardown --confirm ${stack.name}, then init`,
    )
  }
  return EXIT.ok
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
    fix: 'set up another beside it: --config ./qw-lambda.json in a folder of its own\nor replace the project file (kept as .bak; the old stack stays): --force',
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
        text === 'none' || parseDuration(text) !== undefined ? undefined : 'write 5m, 1h or none'
      const text = await prompts.text({
        message: 'New sample batch every',
        flag: '--every',
        fallback: '5m',
        validate,
      })
      return { kind, everyMs: parseDuration(text) ?? Infinity }
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

async function changeSetting(
  context: CliContext,
  stack: LocalStack,
  change: Change,
): Promise<void> {
  switch (change.kind) {
    case 'none':
    case 'data':
      return
    case 'every':
      await stack.updateFile((file) => ({
        ...file,
        generator: {
          ...file.generator,
          everyMs: Number.isFinite(change.everyMs) ? change.everyMs : file.generator.everyMs,
          paused: !Number.isFinite(change.everyMs),
        },
      }))
      return
    case 'retention':
      return await changeRetention(context, stack, change.period)
  }
}

/** What the change means in the project file. */
function intentOf(change: Change): Readonly<Record<string, unknown>> {
  switch (change.kind) {
    case 'none':
    case 'data':
      return {}
    case 'every':
      return { generator: { every: everyText(change.everyMs) } }
    case 'retention':
      return { retention: change.period ?? 'forever' }
  }
}

async function addData(context: CliContext, stack: LocalStack, from: string): Promise<ExitCode> {
  const paths = await expandSources([from])
  const opener = new SourceOpener(context)
  const choice = {
    named: undefined,
    create: true,
    typed: [from],
    paths,
    opener,
    timestampField: undefined,
  }
  const indexId = await chooseIndex(context, stack, choice)
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
    // A lone index without a time is what the user means, and is told so.
    if (ids.length > 1 && config.docMapping.timestampField === undefined) continue
    await metastore.updateConfig(withRetention(config, period))
  }
  report.note(
    `Documents are kept ${period === undefined ? 'forever' : `for ${period}`} from now on.`,
  )
}

async function writeProject(
  { settings, report }: CliContext,
  document: Readonly<Record<string, unknown>>,
): Promise<void> {
  const text = projectText(document)
  if (text === projectText(settings.project?.document ?? {})) return
  await writeKeepingOld(settings.projectPath, text)
  report.note(
    `Changed ${settings.projectPath}; what it said before is in ${settings.projectPath}.bak`,
  )
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
