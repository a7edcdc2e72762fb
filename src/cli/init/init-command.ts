import { isQwError } from '../../engine/errors.ts'
import { openLocalStack, type LocalStack } from '../../local/local-stack.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { EXIT, type ExitCode } from '../command/exit-codes.ts'
import { askPlan } from './ask.ts'
import { changeExisting } from './change-existing.ts'
import { showFirstHits } from './first-hits.ts'
import { INIT_OPTIONS, type InitOptions } from './init-options.ts'
import { projectDocument, projectText } from './project-file.ts'
import { setUpAws } from './target-aws.ts'
import { setUpLocal } from './target-local.ts'
import { localHost } from '../stack/local-stacks.ts'

export const initCommand = defineCommand({
  description:
    'Asks for what no flag tells; without a terminal it takes the defaults and says so. A run that fails or is interrupted leaves nothing behind. In a folder that is set up it shows what is there and changes one thing.',
  options: INIT_OPTIONS,
  projectFile: 'here',
  examples: [
    'qw-lambda init --target local -y',
    'qw-lambda init --data files --from "logs/*.ndjson.gz" -y',
    'qw-lambda init --target local --name shop --data empty --schema shop.yaml -y',
    'qw-lambda init --from-template hdfs-logs --data files --from hdfs.ndjson.gz -y',
  ],
  async run(context, { options }) {
    const existing = options.force === true ? undefined : await existingStack(context)
    if (existing !== undefined) {
      if (options.print !== true) return await changeExisting(context, existing, options)
      return await context.out.write(projectText(context.settings.project?.document ?? {}))
    }
    if (options.force !== true && options.print !== true) {
      const changed = await changedDeployment(context, options)
      if (changed !== undefined) return changed
    }
    const plan = await askPlan(context, options)
    if (options.print === true) {
      return await context.out.write(projectText(projectDocument(context, plan)))
    }
    const setUp =
      plan.target.kind === 'aws' ? await setUpAws(context, plan) : await setUpLocal(context, plan)
    if (setUp === undefined) return EXIT.ok
    await showFirstHits(context, plan, setUp)
    return (setUp.firstData?.rejected ?? 0) > 0 ? EXIT.partial : EXIT.ok
  },
})

/** The local stack of this folder's project file; undefined when there is none (any more). */
async function existingStack(context: CliContext): Promise<LocalStack | undefined> {
  const { name, target } = context.settings.project?.document ?? {}
  if (typeof name !== 'string' || target === 'aws') return undefined
  try {
    return await openLocalStack(localHost(context), name)
  } catch (error) {
    if (isQwError(error, 'notFound')) return undefined
    throw error
  }
}

/** In a folder of a running deployment: shows it, and changes one thing. Undefined when there is none. */
async function changedDeployment(
  context: CliContext,
  options: InitOptions,
): Promise<ExitCode | undefined> {
  if (context.settings.project?.document['target'] !== 'aws') return undefined
  const { changeExistingDeployment } = await import('./aws-init-existing.ts')
  return await changeExistingDeployment(context, options)
}
