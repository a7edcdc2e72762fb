import { QwError } from '../../engine/errors.ts'
import {
  listLocalStacks,
  openLocalStack,
  type LocalHost,
  type LocalStack,
} from '../../local/local-stack.ts'
import { systemRandom } from '../../stores/system-clock.ts'
import type { CliContext } from '../command/context.ts'
import type { DataStack } from './data-stack.ts'

/** What the embedded stack needs from this process. */
export function localHost(context: CliContext): LocalHost {
  return {
    dataDir: context.settings.dataDir,
    clock: context.clock,
    random: systemRandom,
    log: (fields) => context.report.detail(JSON.stringify(fields)),
  }
}

/** The local stack that the settings name, or the only one there is. Throws STACK-NONE or NOT-SET-UP. */
export async function currentLocalStack(context: CliContext): Promise<LocalStack> {
  const host = localHost(context)
  const named = context.settings.get('stack')
  if (named !== undefined && named !== 'local') return await openLocalStack(host, named)
  const names = await listLocalStacks(host.dataDir)
  const [only] = names
  if (only === undefined) {
    throw new QwError('notFound', 'nothing is set up here yet', {
      code: 'NOT-SET-UP',
      why: `no qw-lambda.json in ${context.cwd} or above, and no stack in ${host.dataDir}`,
      fix: 'qw-lambda init',
    })
  }
  if (names.length > 1 && context.prompts.interactive) {
    const choices = names.map((name) => ({ value: name, name }))
    const question = { message: 'Which stack?', flag: '--stack', fallback: only, choices }
    return await openLocalStack(host, await context.prompts.select(question))
  }
  if (names.length > 1) {
    throw new QwError('invalid', `there are several local stacks: ${names.join(', ')}`, {
      code: 'STACK-AMBIGUOUS',
      fix: 'name one with --stack, or choose a default: qw-lambda use <name>',
    })
  }
  return await openLocalStack(host, only)
}

/** The index that a command means: the one named, the stack's default, or the only one there is. */
export async function currentIndex(
  context: CliContext,
  stack: DataStack,
  named: string | undefined,
): Promise<string> {
  const chosen = named ?? context.settings.get('index') ?? (await stack.readFile()).defaultIndex
  if (chosen !== undefined) return chosen
  const ids = await stack.indexing.metastore.listIndexIds(context.signal)
  const [only] = ids
  if (only !== undefined && ids.length === 1) return only
  throw new QwError('notFound', ids.length === 0 ? 'there is no index yet' : 'which index?', {
    code: 'INDEX-NONE',
    fix:
      ids.length === 0
        ? 'qw-lambda index create -f <config>, or qw-lambda generator run'
        : `name one with --index: ${ids.join(', ')}`,
  })
}
