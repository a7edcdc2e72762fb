import { pricedRegions } from '../../cost/region-prices.ts'
import { REGION_PATTERN } from '../../deploy/regions.ts'
import { QwError } from '../../engine/errors.ts'
import type { CliContext } from '../command/context.ts'
import { missingFlags } from '../command/prompts.ts'
import type { InitOptions } from './init-options.ts'
import type { InitPlan } from './init-plan.ts'
import type { SetUp } from './set-up.ts'

/** What only a deployment in AWS has to know. */
export interface AwsAnswers {
  readonly region: string
  readonly profile: string | undefined
  readonly api: boolean
  /** To look at the data in a browser. */
  readonly page: boolean
  /** 0: no alert. */
  readonly budgetUsd: number
  readonly budgetEmail: string | undefined
  /** Undefined: to be asked after the summary. */
  readonly deploy: boolean | undefined
}

const EMAIL = /^[^@\s]+@[^@\s]+$/

/** Asks for account and Region; called right after the name, so that credentials which do not work are
 *  found before anything else is asked. */
export async function askAws(context: CliContext, options: InitOptions): Promise<AwsAnswers> {
  const profile = await askProfile(context)
  const region = await askRegion(context, profile)
  if (options.print !== true) await checkCredentials(context, { region, profile })
  return {
    region,
    profile,
    api: options.api ?? true,
    page: options.page ?? false,
    budgetUsd: options.budget ?? 0,
    budgetEmail: options.budgetEmail,
    deploy: options.deploy,
  }
}

/** Asks for the API and the budget; called after everything about the data. */
export async function askAwsRest(
  { prompts }: CliContext,
  options: InitOptions,
  answers: AwsAnswers,
): Promise<AwsAnswers> {
  const api =
    options.api ??
    (await prompts.select({
      message: 'HTTP API with a key',
      flag: '--api / --no-api',
      fallback: 'yes',
      choices: [
        {
          value: 'yes',
          name: 'yes',
          hint: 'for curl, Grafana and your own programs; $3.50 a million calls',
        },
        { value: 'no', name: 'no', hint: 'search with your AWS credentials only' },
      ],
    })) === 'yes'
  const budgetUsd = options.budget ?? (await askBudget(prompts))
  const budgetEmail =
    budgetUsd === 0 ? options.budgetEmail : (options.budgetEmail ?? (await askEmail(prompts)))
  return { ...answers, api, budgetUsd, budgetEmail }
}

/** Deploys the plan, puts the first data in and waits for the first hits. */
export async function setUpAws(context: CliContext, plan: InitPlan): Promise<SetUp | undefined> {
  if (plan.target.kind !== 'aws') throw new QwError('internal', 'a local stack was planned')
  return await (await import('./aws-init-deploy.ts')).initDeploy(context, plan, plan.target.answers)
}

async function askProfile({ settings, prompts, env }: CliContext): Promise<string | undefined> {
  const given = settings.get('profile')
  if (given !== undefined) return given
  // Keys in the environment are whose account is meant.
  if ((env['AWS_ACCESS_KEY_ID'] ?? '') !== '') return undefined
  const { listProfiles } = await import('../stack/aws-profiles.ts')
  const names = (await listProfiles(env)).map(({ name }) => name)
  const [first] = names
  if (names.length < 2 || first === undefined)
    return names.length === 1 && first !== 'default' ? first : undefined
  return await prompts.select({
    message: 'Profile',
    flag: '--profile',
    fallback: names.includes('default') ? 'default' : first,
    choices: names.map((name) => ({ value: name, name })),
  })
}

async function askRegion(
  { settings, prompts, report, env }: CliContext,
  profile: string | undefined,
): Promise<string> {
  const { region } = settings.all
  if (region.origin === 'flag' && region.value !== undefined) return checkedRegion(region.value)
  const { profileRegion } = await import('../stack/aws-profiles.ts')
  const fallback = region.value ?? (await profileRegion(env, profile))
  if (fallback === undefined && !prompts.interactive) {
    throw missingFlags(['--region <region>'], 'qw-lambda init --target aws --region us-east-1 -y')
  }
  if (prompts.interactive) {
    const count = pricedRegions().length
    report.hint(`Prices of ${count} Regions are known; any other is estimated at us-east-1's.`)
  }
  return await prompts.text({
    message: 'Region',
    flag: '--region',
    fallback: fallback ?? 'us-east-1',
    validate: (answer) =>
      REGION_PATTERN.test(answer) ? undefined : 'write a Region such as us-east-1 or eu-west-1',
  })
}

function checkedRegion(region: string): string {
  if (REGION_PATTERN.test(region)) return region
  throw new QwError('invalid', `--region \`${region}\` is not a Region`, {
    code: 'USAGE',
    fix: 'such as --region us-east-1',
  })
}

async function checkCredentials(
  context: CliContext,
  place: { readonly region: string; readonly profile: string | undefined },
): Promise<void> {
  const { openAwsSession } = await import('../stack/aws-session.ts')
  const phase = context.report.phase('Asking AWS who you are')
  try {
    const session = await openAwsSession(context, place)
    const { accountId, arn } = await session.ports.account.identity()
    phase.succeed(`Account ${accountId}, as ${arn.split(/[/:]/).at(-1) ?? arn}`)
  } catch (error) {
    phase.fail()
    throw error
  }
}

async function askBudget(prompts: CliContext['prompts']): Promise<number> {
  const text = await prompts.text({
    message: 'Alert when a month costs more than (US dollars, 0 for none)',
    flag: '--budget',
    fallback: '0',
    validate: (answer) =>
      /^\d{1,6}$/.test(answer.trim()) ? undefined : 'write a whole number of dollars',
  })
  return Number(text)
}

async function askEmail(prompts: CliContext['prompts']): Promise<string> {
  return await prompts.text({
    message: 'Who receives the alert',
    flag: '--budget-email',
    fallback: undefined,
    validate: (answer) => (EMAIL.test(answer) ? undefined : 'write an e-mail address'),
  })
}
