import { isQwError, QwError } from '../../engine/errors.ts'
import type { RawOptions } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { EXIT, type ExitCode } from '../command/exit-codes.ts'
import { parseDuration } from '../../engine/dates/duration.ts'
import { printJson } from '../command/rows.ts'
import type { InitOptions } from './init-options.ts'
import { withInnerDocument, type Document } from './inner-document.ts'
import { everyText } from './project-file.ts'
import { parseRetentionText } from './retention.ts'
import { currentDeployment } from '../stack/aws-deployment.ts'

/** What `init` may change of a deployment: flags of `deploy`, or files to be indexed. */
type Change =
  | { readonly kind: 'none' }
  | { readonly kind: 'settings'; readonly flags: RawOptions }
  | { readonly kind: 'data'; readonly from: string }

/** `init` in a folder whose deployment runs: shows it, and changes what is asked for. Undefined when it
 *  is not there, so that `init` may make it. */
export async function changeExistingDeployment(
  context: CliContext,
  options: InitOptions,
): Promise<ExitCode | undefined> {
  const { projectPath, project } = context.settings
  const name = String(project?.document['name'])
  context.report.note(`This folder is set up already (${projectPath}):`)
  try {
    if (context.format === 'json') await currentDeployment(context)
    else await context.runCommand('status', { context })
  } catch (error) {
    if (!isQwError(error) || error.code !== 'STACK-NONE') throw error
    context.report.note(`${name} is not deployed.`)
    return undefined
  }
  refuseOther(projectPath, name, options)
  const flags = changesOf(options)
  const changes = flags.length > 0 ? flags : [await askChange(context)]
  let exitCode: ExitCode = EXIT.ok
  for (const change of changes) {
    const ended = await apply(context, change)
    if (ended !== EXIT.ok) exitCode = ended
  }
  return exitCode
}

function refuseOther(projectPath: string, there: string, { name, target }: InitOptions): void {
  if ((name ?? there) === there && target !== 'local') return
  throw new QwError('conflict', `this folder is set up as ${there}, in AWS`, {
    code: 'PROJECT-EXISTS',
    why: `its project file is ${projectPath}`,
    fix: 'set up another in a folder of its own\nor replace the project file (kept as .bak; the deployment stays): --force',
  })
}

/** Settings first: they go together in one deployment. */
function changesOf(options: InitOptions): Change[] {
  const { from, every, retention, api, budget, budgetEmail } = options
  const flags = {
    ...(every === undefined ? {} : { every: everyText(every) }),
    ...(retention === undefined ? {} : { retention: deployRetention(retention) }),
    ...(api === undefined ? {} : { api }),
    ...(budget === undefined ? {} : { budget: String(budget) }),
    ...(budgetEmail === undefined ? {} : { budgetEmail }),
  }
  return [
    ...(Object.keys(flags).length === 0 ? [] : [{ kind: 'settings', flags } as const]),
    ...(from === undefined ? [] : [{ kind: 'data', from } as const]),
  ]
}

/** `deploy` takes days, and `none` for ever. */
function deployRetention(text: string): string {
  const period = parseRetentionText(text)
  return period === undefined ? 'none' : period.replaceAll(/\s*days?/g, 'd')
}

async function askChange(context: CliContext): Promise<Change> {
  const { prompts } = context
  if (!prompts.interactive) return { kind: 'none' }
  const what = await prompts.select<'none' | 'data' | 'every' | 'retention' | 'api'>({
    message: 'Change one thing',
    flag: '--from, --every, --retention, --api / --no-api',
    fallback: 'none',
    choices: [
      { value: 'none', name: 'leave everything as it is' },
      { value: 'data', name: 'add data from files' },
      { value: 'every', name: 'how often sample data is made' },
      { value: 'retention', name: 'how long documents are kept' },
      { value: 'api', name: 'whether there is an HTTP API' },
    ],
  })
  const duration = async (message: string, flag: string, fallback: string): Promise<string> =>
    await prompts.text({
      message,
      flag,
      fallback,
      validate: (text) =>
        text === 'none' || parseDuration(text) !== undefined
          ? undefined
          : `write ${fallback} or none`,
    })
  switch (what) {
    case 'none':
      return { kind: 'none' }
    case 'data': {
      const message = 'File, folder, glob or s3:// address'
      return {
        kind: 'data',
        from: await prompts.text({ message, flag: '--from', fallback: undefined }),
      }
    }
    case 'every':
      return {
        kind: 'settings',
        flags: { every: await duration('New sample batch every', '--every', '5m') },
      }
    case 'retention':
      return {
        kind: 'settings',
        flags: { retention: await duration('Keep documents for', '--retention', '30d') },
      }
    case 'api': {
      const question = { message: 'HTTP API with a key', flag: '--api / --no-api' }
      return {
        kind: 'settings',
        flags: { api: await prompts.confirm({ ...question, fallback: true }) },
      }
    }
  }
}

async function apply(context: CliContext, change: Change): Promise<ExitCode> {
  const document = (inner: Document, changed: readonly string[]): Document => ({
    schema: 'qw-lambda/init/1',
    name: context.settings.project?.document['name'] ?? null,
    target: 'aws',
    region: context.settings.get('region') ?? null,
    project_file: context.settings.projectPath,
    deployed: true,
    ...inner,
    // What `deploy` changed in the stack goes by the same name.
    ...(inner['changed'] === undefined ? { changed } : {}),
  })
  switch (change.kind) {
    case 'none':
      if (context.format === 'json') await printJson(context, document({}, []))
      context.report.hint(
        'Nothing was changed. Change one thing: qw-lambda deploy --every 15m (or --retention 30d, --no-api, --budget 20)\nAdd data: qw-lambda ingest <file>\nBegin anew: qw-lambda teardown, then init',
      )
      return EXIT.ok
    case 'settings':
      return await withInnerDocument(
        context,
        (inner) => context.runCommand('deploy', { context: inner, options: change.flags }),
        (inner) => document(inner, Object.keys(change.flags)),
      )
    case 'data':
      return await withInnerDocument(
        context,
        (inner) => context.runCommand('ingest', { context: inner, args: [change.from] }),
        (ingest) => document({ ingest }, ['data']),
      )
  }
}
