import type { Check, DeployEvent, Phase } from '../../deploy/events.ts'
import type { ResourceChange } from '../../deploy/ports.ts'
import type { CliContext } from '../command/context.ts'
import { formatBytes, plural } from '../format/number.ts'
import type { PhaseReport } from '../reporters/reporter.ts'

const TITLES: Readonly<Record<Phase, string>> = {
  check: 'Checking the account',
  package: 'Uploading the functions',
  plan: 'Planning',
  apply: 'Changing the stack (a first deployment takes about two minutes)',
  verify: 'Trying it out (a new key takes up to two minutes)',
  firstData: 'Making the first batch and waiting until it can be searched',
  rotate: 'Rotating the key',
  stop: 'Stopping what makes new data',
  empty: 'Emptying the buckets',
  delete: 'Deleting the stack (about a minute)',
  sweep: 'Sweeping logs, secret and artifacts',
  prove: 'Looking for anything left',
}

/** Draws what an action tells while it works, and hands on what it returns. */
export async function drawEvents<T>(
  context: CliContext,
  events: AsyncGenerator<DeployEvent, T>,
  watch: (event: DeployEvent) => void = () => undefined,
): Promise<T> {
  const drawing = new EventDrawing(context)
  try {
    for (;;) {
      const step = await events.next()
      if (step.done === true) {
        drawing.end()
        return step.value
      }
      watch(step.value)
      drawing.draw(step.value)
    }
  } catch (error) {
    drawing.fail()
    throw error
  }
}

class EventDrawing {
  readonly #context: CliContext
  #phase: PhaseReport | undefined
  #done: string | undefined
  #verb = 'Changed'
  #sentBytes = 0

  constructor(context: CliContext) {
    this.#context = context
  }

  draw(event: DeployEvent): void {
    const { report } = this.#context
    switch (event.kind) {
      case 'phase':
        return event.state === 'started' ? this.#start(event.phase) : this.end()
      case 'check':
        return drawCheck(this.#context, event)
      case 'upload':
        return this.#upload(event)
      case 'unchanged':
        return report.note('Nothing to change.')
      case 'changes':
        return this.#note(changeCounts(event.changes))
      case 'attached':
        return report.note(
          `The same change is running since ${new Date(event.sinceMs).toISOString()}: watching it.`,
        )
      case 'resource':
        return this.#resource(event)
      case 'failure':
        return report.detail(`${event.logicalId}: ${event.reason}`)
      case 'waiting':
        this.#phase?.waiting(event.what)
        return
      case 'emptying':
        this.#done = `Emptied the buckets: ${plural(event.objectsDeleted, 'object')}, ${formatBytes(event.bytesDeleted)} in the last`
        this.#phase?.progress({
          done: event.objectsDeleted,
          unit: 'objects',
          detail: `${formatBytes(event.bytesDeleted)} of ${event.bucket}`,
        })
        return
      case 'passedOver':
        return report.warn(`${event.id}: ${event.reason}`)
      case 'mended':
        return this.#note(`started again: ${event.what}`)
      case 'followed':
        return report.note(
          `New objects below s3://${event.bucket}/${event.prefix} are indexed from now on.`,
        )
      case 'unfollowed':
        return report.detail(`${event.bucket} no longer tells the queue of new objects`)
      case 'removed':
        return report.detail(`removed ${event.what} ${event.id}`)
      case 'kept':
        return this.#note(`kept ${event.id}`)
    }
  }

  end(): void {
    this.#phase?.succeed(this.#done)
    this.#phase = undefined
    this.#done = undefined
  }

  fail(): void {
    this.#phase?.fail()
    this.#phase = undefined
  }

  #start(phase: Phase): void {
    this.end()
    this.#verb = phase === 'delete' ? 'Deleted' : 'Changed'
    this.#phase = this.#context.report.phase(TITLES[phase])
  }

  #note(text: string): void {
    this.#done = this.#done === undefined ? undefined : `${this.#done} · ${text}`
    this.#context.report.detail(text)
  }

  #upload(event: Extract<DeployEvent, { kind: 'upload' }>): void {
    if (event.state === 'done') this.#sentBytes += event.sizeBytes
    this.#done =
      this.#sentBytes === 0
        ? 'The functions are there already'
        : `Uploaded ${formatBytes(this.#sentBytes)}`
    this.#phase?.progress({ done: this.#sentBytes, unit: 'bytes', detail: event.key })
  }

  #resource(event: Extract<DeployEvent, { kind: 'resource' }>): void {
    this.#context.report.detail(`${event.logicalId} ${event.status}`)
    this.#done = `${this.#verb} the stack: ${plural(event.done, 'resource')}`
    this.#phase?.progress({
      done: event.done,
      total: event.total,
      unit: 'resources',
      detail: `now: ${event.logicalId}`,
    })
  }
}

export function drawCheck({ report }: CliContext, check: Check): void {
  if (check.state === 'pass') return report.note(`  ${check.message}`)
  report.warn(check.message, check.fix)
}

/** `+14 ~0 -0` */
export function changeCounts(changes: readonly ResourceChange[]): string {
  const count = (action: ResourceChange['action']): number =>
    changes.filter((change) => change.action === action).length
  return `+${count('add')} ~${count('modify')} -${count('remove')}`
}
