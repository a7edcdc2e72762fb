import { listLocalStacks, openLocalStack, type LocalStack } from '../../local/local-stack.ts'
import { isCloudTarget } from '../stack/target.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { EXIT, type ExitCode } from '../command/exit-codes.ts'
import { printJson } from '../command/rows.ts'
import type { LiveBlock } from '../format/live-block.ts'
import { formatTime } from '../format/time.ts'
import { currentLocalStack, localHost } from '../stack/local-stacks.ts'
import { flag, optionalDuration } from '../command/option.ts'
import { readLocalStatus } from './read-local-status.ts'
import type { StackStatus } from './stack-status.ts'
import { statusDocument } from './status-document.ts'
import { statusScreen } from './status-screen.ts'
import { zoneOf } from '../command/time-zone.ts'

const DEFAULT_WATCH_MS = 5_000

export const statusCommand = defineCommand({
  options: {
    watch: optionalDuration(
      '--watch [interval]',
      'again and again until Ctrl-C (5s)',
      DEFAULT_WATCH_MS,
    ),
    all: flag('--all', 'every local stack'),
    exitStatus: flag('--exit-status', 'exit 12 when there is a warning'),
  },
  formats: ['ndjson'],
  examples: ['qw-lambda status --watch', 'qw-lambda status --exit-status --quiet'],
  async run(context, { options }) {
    if (isCloudTarget(context)) {
      const { awsStatus } = await import('./aws-status.ts')
      return await awsStatus(context, { watchMs: options.watch, exitStatus: options.exitStatus })
    }
    const watch: Watch | undefined =
      options.watch === undefined ? undefined : { block: context.out.liveBlock?.(() => undefined) }
    try {
      for (;;) {
        const statuses = []
        for (const stack of await stacksOf(context, options.all === true)) {
          statuses.push(await readLocalStatus(context, stack))
        }
        await show(context, statuses, watch)
        if (options.watch === undefined) return exitCodeOf(statuses, options.exitStatus === true)
        await context.clock.sleep(options.watch, context.signal)
      }
    } finally {
      watch?.block?.end()
    }
  },
})

async function stacksOf(context: CliContext, all: boolean): Promise<LocalStack[]> {
  if (!all) return [await currentLocalStack(context)]
  const host = localHost(context)
  const names = await listLocalStacks(host.dataDir)
  return await Promise.all(names.map((name) => openLocalStack(host, name)))
}

interface Watch {
  /** Where a screen can be drawn again in its place. */
  readonly block: LiveBlock | undefined
}

async function show(
  context: CliContext,
  statuses: readonly StackStatus[],
  watch: Watch | undefined,
): Promise<void> {
  const { out, format, clock, version } = context
  const nowMs = clock.nowMs()
  const documents = statuses.map((status) => statusDocument(status, version, nowMs))
  if (format === 'ndjson' || (format === 'json' && watch !== undefined)) {
    return await out.write(documents.map((document) => `${JSON.stringify(document)}\n`).join(''))
  }
  if (format === 'json')
    return await printJson(context, documents.length === 1 ? documents[0] : documents)
  const zone = zoneOf(context)
  const screens = statuses.map((status) => statusScreen(status, { out, zone, nowMs })).join('\n')
  if (watch === undefined) return await out.write(screens)
  if (watch.block === undefined) return await out.write(`${screens}\n`)
  const time = out.style.paint.dim(`${formatTime(nowMs, zone, 'seconds')}   Ctrl-C stops`)
  watch.block.draw([...screens.split('\n'), time])
}

function exitCodeOf(statuses: readonly StackStatus[], asked: boolean): ExitCode {
  return asked && statuses.some(({ warnings }) => warnings.length > 0) ? EXIT.check : EXIT.ok
}
