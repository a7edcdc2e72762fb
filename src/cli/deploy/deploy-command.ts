import { readFile } from 'node:fs/promises'
import { previewPlan, rollBack } from '../../deploy/apply.ts'
import { stackNameOf } from '../../deploy/naming.ts'
import { deployerPolicies } from '../../deploy/policy.ts'
import { messageOf, QwError } from '../../engine/errors.ts'
import { deployConfig, projectRegion } from '../deployment/deploy-config.ts'
import { CONFIG_OPTIONS, type ConfigOptions } from '../deployment/deploy-options.ts'
import { drawEvents } from '../deployment/draw-events.ts'
import { hintNextCommands, printEndCard } from '../deployment/end-card.ts'
import { showFirstHits } from './aws-first-hits.ts'
import { prepareDeploy, type PreparedDeploy } from '../deployment/prepare-deploy.ts'
import { previewChanges, printDiff } from './aws-preview.ts'
import { writeProjectFile } from '../deployment/project-file.ts'
import { confirmDeploy, deployDocument, runDeploy } from '../deployment/run-deploy.ts'
import { openSession, type AwsSession } from '../stack/aws-session.ts'
import { showChanges, showNewDeployment } from '../deployment/show-plan.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { EXIT, type ExitCode } from '../command/exit-codes.ts'
import { printJson } from '../command/rows.ts'
import { flag, text } from '../command/option.ts'

const OPTIONS = {
  ...CONFIG_OPTIONS,
  dryRun: flag('--dry-run', 'show what would change, and stop (also: qw-lambda diff)'),
  check: flag('--check', 'exit 12 if anything would change'),
  allowReplace: flag('--allow-replace', 'a bucket may be replaced, with what is in it'),
  verify: flag('--no-verify', 'skip the closing test and the first data'),
  rollback: flag('--rollback', 'take a stuck update back to the last good state'),
  printPolicy: flag('--print-policy', 'the least IAM policy that this needs, as JSON'),
  restoreSecret: flag('--restore-secret', 'bring back a deleted secret with the API key'),
  apiKeyFile: text('--api-key-file <file>', 'your own key, at least 20 letters and digits'),
} as const

export const deployCommand = defineCommand({
  summary: 'create or update the deployment in AWS',
  description:
    'Takes the deployment that qw-lambda.json describes, else the running one with its own settings. ' +
    'Safe to run again at any time: what is there is skipped, what was interrupted goes on.',
  options: OPTIONS,
  examples: ['qw-lambda deploy', 'qw-lambda deploy --every 15m --yes', 'qw-lambda deploy --check'],
  async run(context, { options }) {
    const session = await openSession(context, { region: projectRegion(context) })
    if (options.rollback === true) return await rollBackStack(context, session)
    const { config, origin } = await deployConfig(context, session, options)
    if (options.printPolicy === true) {
      const { accountId } = await session.ports.account.identity()
      const home = { deployment: config.name, accountId, region: session.region }
      return await printPolicies(context, deployerPolicies(home, config))
    }
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
      return await printJson(context, deployDocument(prepared, result))
    }
    if (result.firstHitMs !== undefined) await showFirstHits(context, config)
    await printEndCard(context, prepared, result)
    hintNextCommands(context, prepared)
    return EXIT.ok
  },
})

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

/** One document; an array where IAM would not take it as one policy. */
async function printPolicies({ out }: CliContext, policies: readonly unknown[]): Promise<ExitCode> {
  const document = policies.length === 1 ? policies[0] : policies
  await out.write(`${JSON.stringify(document, undefined, 2)}\n`)
  return EXIT.ok
}

async function ownKey(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined
  const key = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new QwError('notFound', `cannot read --api-key-file ${path}: ${messageOf(cause)}`, {
      cause,
    })
  })
  return key.trim()
}
