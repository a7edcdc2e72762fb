import { stackNameOf } from '../../deploy/naming.ts'
import type { StackState } from '../../deploy/ports.ts'
import { deploymentNameOf } from '../../deploy/status.ts'
import { teardown, type TeardownResult } from '../../deploy/teardown.ts'
import type { CliContext } from '../command/context.ts'
import { EXIT, type ExitCode } from '../command/exit-codes.ts'
import { plural } from '../format/number.ts'
import { changeJsonFile } from '../command/settings-file.ts'
import { drawEvents } from '../deployment/draw-events.ts'
import { currentDeployment } from '../stack/aws-deployment.ts'
import { openAwsSession, type AwsSession } from '../stack/aws-session.ts'
import { printTeardown } from './aws-teardown-report.ts'
import { showTeardownPlan } from './aws-teardown-plan.ts'

export interface AwsTeardownOptions {
  readonly confirm: string | undefined
  readonly dryRun: boolean
  readonly keepIndex: boolean
  /** Go on past what cannot be removed, and report it at the end. */
  readonly force: boolean
  /** Do not wait for a running indexer. */
  readonly now: boolean
  readonly bucketsAreMine: readonly string[]
}

/** Removes a deployment and proves that nothing is left. Running it again finishes what was interrupted,
 *  also when the stack itself is gone. */
export async function awsTeardown(
  context: CliContext,
  options: AwsTeardownOptions,
): Promise<ExitCode> {
  const startedMs = context.clock.nowMs()
  const { session, name, state } = await target(context)
  await showTeardownPlan(context, session, { name, state, keepIndex: options.keepIndex })
  if (options.dryRun) return EXIT.ok
  await context.prompts.typedName({
    message: `This deletes ${name} with all its data`,
    name,
    given: options.confirm,
  })
  const result = await run(context, session, { name, options })
  await forgetDefault(context, name)
  await printTeardown(context, result, { name, elapsedMs: context.clock.nowMs() - startedMs })
  return result.leftovers.length > 0 ? EXIT.partial : EXIT.ok
}

/** What `use` has written must not lead to a deployment that is gone. */
async function forgetDefault({ settings }: CliContext, name: string): Promise<void> {
  const { stack } = settings.all
  if (stack.origin !== 'user file' || stack.value !== name) return
  await changeJsonFile(settings.userPath, { stack: undefined, target: undefined })
}

interface Target {
  readonly session: AwsSession
  readonly name: string
  /** Undefined: the stack is gone, and what it left is swept. */
  readonly state: StackState | undefined
}

async function target(context: CliContext): Promise<Target> {
  const named = context.settings.get('stack')
  if (named === undefined) {
    const { session, state } = await currentDeployment(context)
    return { session, name: deploymentNameOf(state), state }
  }
  const session = await openAwsSession(context)
  return { session, name: named, state: await session.ports.stacks.describe(stackNameOf(named)) }
}

interface RunRequest {
  readonly name: string
  readonly options: AwsTeardownOptions
}

async function run(
  context: CliContext,
  session: AwsSession,
  { name, options }: RunRequest,
): Promise<TeardownResult> {
  const request = {
    deployment: name,
    index: options.keepIndex ? ('keep' as const) : ('delete' as const),
    failing: options.force ? ('passOver' as const) : ('stop' as const),
    running: options.now ? ('ignore' as const) : ('wait' as const),
    vouchedBuckets: options.bucketsAreMine,
  }
  const removed: { type: string; id: string }[] = []
  try {
    const events = teardown(request, session.ports, context.signal)
    return await drawEvents(context, events, (event) => {
      if (event.kind === 'removed') removed.push({ type: event.what, id: event.id })
    })
  } catch (error) {
    if (context.signal.aborted) {
      const gone =
        removed.length === 0 ? 'Nothing is gone yet' : `${plural(removed.length, 'thing')} gone`
      context.report.note(`Stopped. ${gone}; the same command goes on from here.`)
    }
    throw error
  }
}
