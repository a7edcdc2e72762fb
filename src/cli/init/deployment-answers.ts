import { dirname, relative } from 'node:path'
import { parseDuration } from '../../engine/dates/duration.ts'
import { QwError } from '../../engine/errors.ts'
import { parseDeploymentConfig, type DeploymentConfig } from '../../deploy/deployment-config.ts'
import { projectDocument } from '../deployment/project-file.ts'
import type { CliContext } from '../command/context.ts'
import type { InitPlan } from './init-plan.ts'
import type { SourceLook } from './aws-source-look.ts'
import type { AwsAnswers } from './target-aws.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const DEFAULT_INDEX = 'mock-sales'
const DOCS_PER_BATCH = 100_000
/** A day: the longest that the template takes. */
const MAX_MINUTES = 1_440

/** The deployment that the answers mean. */
export function awsConfig(
  context: CliContext,
  plan: InitPlan,
  answers: AwsAnswers,
): DeploymentConfig {
  const { index, data } = plan
  return parseDeploymentConfig({
    name: plan.name,
    region: answers.region,
    index: {
      id: index?.config.indexId ?? DEFAULT_INDEX,
      configFile: index?.path === undefined ? undefined : relativeTo(context, index.path),
      retentionDays: retentionDays(plan.retention),
    },
    generator: data.kind === 'sample' ? generatorOf(plan.everyMs) : false,
    api: answers.api,
    page: answers.page,
    ...(data.kind === 's3' ? sourceOf(data.look) : {}),
    notifyEmail: answers.budgetEmail,
    monthlyBudgetUsd: answers.budgetUsd,
  })
}

export function awsProjectDocument(
  context: CliContext,
  plan: InitPlan,
  answers: AwsAnswers,
): Record<string, unknown> {
  return projectDocument(context, awsConfig(context, plan, answers), answers.profile)
}

/** The flags that answer, without a terminal, what only AWS asks for. */
export function awsFlags(answers: AwsAnswers): string[] {
  const { region, profile, api, page, budgetUsd, budgetEmail, deploy } = answers
  return [
    '--region',
    region,
    ...(profile === undefined ? [] : ['--profile', profile]),
    api ? '--api' : '--no-api',
    ...(page ? ['--page'] : []),
    ...(budgetUsd === 0 ? [] : ['--budget', String(budgetUsd)]),
    ...(budgetEmail === undefined ? [] : ['--budget-email', budgetEmail]),
    ...(deploy === false ? ['--no-deploy'] : []),
  ]
}

/** A bucket that cannot be followed is read all the same. */
function sourceOf({ place, canFollow, kmsKeyArn }: SourceLook) {
  return {
    sourceBucket: place.bucket,
    sourceKmsKeyArn: kmsKeyArn,
    ...(canFollow ? { sourcePrefix: place.prefix, sourceEvents: 'auto' } : {}),
  }
}

/** One batch and no more is a schedule that is paused after the first. */
function generatorOf(everyMs: number): { everyMinutes: number; docs: number } {
  const minutes = Number.isFinite(everyMs) ? Math.round(everyMs / MINUTE_MS) : MAX_MINUTES
  return { everyMinutes: Math.min(MAX_MINUTES, Math.max(1, minutes)), docs: DOCS_PER_BATCH }
}

/** Whole days, at least one: the template's own limit. */
function retentionDays(period: string | undefined): number {
  if (period === undefined) return 0
  const ms = parseDuration(period)
  if (ms === undefined) throw new QwError('invalid', `the retention ${period} is no duration`)
  return Math.max(1, Math.round(ms / DAY_MS))
}

function relativeTo({ settings }: CliContext, path: string): string {
  return relative(dirname(settings.projectPath), path) || path
}
