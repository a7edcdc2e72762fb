import { previewPlan } from '../../deploy/apply.ts'
import { stackNameOf } from '../../deploy/naming.ts'
import { rollBack } from '../../deploy/roll-back.ts'
import { QwError } from '../../engine/errors.ts'
import { deployConfig, projectRegion } from '../deployment/deploy-config.ts'
import { CONFIG_OPTIONS, type ConfigOptions } from '../deployment/deploy-options.ts'
import { drawEvents } from '../deployment/draw-events.ts'
import { hintNextCommands, printEndCard } from '../deployment/end-card.ts'
import { showIndexChange } from '../deployment/index-change.ts'
import { prepareDeploy, type PreparedDeploy } from '../deployment/prepare-deploy.ts'
import { previewChanges, printDiff } from './aws-preview.ts'
import { printPolicies } from './aws-print-policy.ts'
import { writeProjectFile } from '../deployment/project-file.ts'
import { confirmDeploy, deployDocument, runDeploy } from '../deployment/run-deploy.ts'
import { openAwsSession, type AwsSession } from '../stack/aws-session.ts'
import { showChanges, showNewDeployment } from '../deployment/show-plan.ts'
import type { CliContext } from '../command/context.ts'
import { readGivenText } from '../command/given-file.ts'
import { EXIT, type ExitCode } from '../command/exit-codes.ts'
import { printJson } from '../command/rows.ts'
import type { SettingName } from '../command/settings.ts'
import type { DeployOptions } from './deploy-command.ts'

/** `deploy`: from the flags and the project file to a deployment that answers. */
export async function deploy(context: CliContext, options: DeployOptions): Promise<ExitCode> {
  const session = await openAwsSession(context, { region: projectRegion(context) })
  if (options.rollback === true) return await rollBackStack(context, session)
  if (options.printPolicy === true) return await printPolicies(context, session, options)
  const { config, origin } = await deployConfig(context, session, options)
  const prepared = await prepareDeploy(context, session, {
    config,
    apiKey: await ownKey(options.apiKeyFile),
    restoreSecret: options.restoreSecret === true,
  })
  if (options.dryRun === true || options.check === true) {
    const changes = await previewChanges(context, prepared)
    await printDiff(context, prepared, changes)
    return options.check === true && changes.length > 0 ? EXIT.check : EXIT.ok
  }
  await askFirst(context, prepared)
  const replaceBuckets = options.allowReplace === true ? 'allowed' : 'refused'
  const result = await runDeploy(context, prepared, {
    verify: options.verify !== false,
    replaceBuckets,
    firstData: true,
  })
  if (origin === 'project' && hasFlags(options)) await writeProjectFile(context, config)
  if (context.format === 'json') {
    await printJson(context, deployDocument(prepared, result))
    return EXIT.ok
  }
  if (result.firstHitMs !== undefined) await showFirstHits(context, config)
  await printEndCard(context, prepared, result)
  hintNextCommands(context, prepared)
  return EXIT.ok
}

/** `diff`: what `deploy` would change. */
export async function showDifference(context: CliContext, options: ConfigOptions): Promise<void> {
  const session = await openAwsSession(context, { region: projectRegion(context) })
  const { config } = await deployConfig(context, session, options)
  const prepared = await prepareDeploy(context, session, { config })
  await printDiff(context, prepared, await previewChanges(context, prepared))
}

/** A change of what runs is shown by AWS's own account before it is asked about. */
async function askFirst(context: CliContext, prepared: PreparedDeploy): Promise<void> {
  if (prepared.stack === undefined) showNewDeployment(context, prepared)
  else if (
    context.prompts.interactive &&
    prepared.stack.outputs['DeployHash'] !== prepared.plan.hash
  ) {
    const events = previewPlan(prepared.plan, prepared.session.ports, context.signal)
    showChanges(context, prepared, (await drawEvents(context, events)).changes)
  }
  showIndexChange(context, prepared.indexChange)
  await confirmDeploy(context, prepared)
}

function hasFlags(options: ConfigOptions): boolean {
  return Object.keys(CONFIG_OPTIONS).some((name) =>
    Object.entries(options).some(([key, value]) => key === name && value !== undefined),
  )
}

async function rollBackStack(context: CliContext, session: AwsSession): Promise<ExitCode> {
  const name = context.settings.get('stack')
  if (name === undefined) {
    throw new QwError('invalid', 'which deployment?', {
      code: 'STACK-AMBIGUOUS',
      fix: 'name it with --stack',
    })
  }
  const phase = context.report.phase(`Rolling ${name} back`)
  await drawEvents(context, rollBack(stackNameOf(name), session.ports, context.signal)).catch(
    (error: unknown) => {
      phase.fail()
      throw error
    },
  )
  phase.succeed(`${name} is in its last good state`)
  return EXIT.ok
}

async function ownKey(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined
  return (await readGivenText(path, 'put the key alone into the file of --api-key-file')).trim()
}

/** The context as if the settings named this deployment. */
function forDeployment(
  context: CliContext,
  place: { readonly name: string; readonly region: string },
): CliContext {
  const overrides: Partial<Record<SettingName, string>> = {
    stack: place.name,
    region: place.region,
    target: 'aws',
  }
  const { settings } = context
  return {
    ...context,
    settings: { ...settings, get: (name) => overrides[name] ?? settings.get(name) },
  }
}

/** A first search of the sample data through the new searcher, as the user would type it. */
async function showFirstHits(
  context: CliContext,
  place: { readonly name: string; readonly region: string },
): Promise<void> {
  if (context.format !== 'table' || context.quiet) return
  context.report.hint(`$ qw-lambda search 'quantity:>5' --max-hits 5`)
  await context.runCommand('search', {
    context: forDeployment(context, place),
    args: ['quantity:>5'],
    options: { maxHits: '5', via: 'lambda' },
  })
}
