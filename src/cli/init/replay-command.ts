import { relative } from 'node:path'
import type { CliContext } from '../command/context.ts'
import { shellWord } from '../command/shell-word.ts'
import { awsFlags } from './deployment-answers.ts'
import type { InitPlan } from './init-plan.ts'
import { everyText } from './project-file.ts'

/** The whole run as one command that asks nothing. */
export function replayCommand({ settings, cwd }: CliContext, plan: InitPlan): string {
  const { data, index, target } = plan
  const words = [
    'qw-lambda',
    'init',
    '--target',
    target.kind,
    '--name',
    plan.name,
    '--data',
    data.kind,
  ]
  if (data.kind === 'files' || data.kind === 's3') words.push('--from', data.from)
  if (index?.path !== undefined) words.push('--schema', relative(cwd, index.path) || index.path)
  if (data.kind === 'sample') words.push('--every', everyText(plan.everyMs))
  if (index?.config.docMapping.timestampField !== undefined) {
    words.push('--retention', plan.retention ?? 'forever')
  }
  if (target.kind === 'aws') words.push(...awsFlags(target.answers))
  if (settings.all.dataDir.origin === 'flag') {
    words.push('--data-dir', settings.all.dataDir.value ?? settings.dataDir)
  }
  return [...words, '-y'].map(shellWord).join(' ')
}
