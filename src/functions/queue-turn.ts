import { messageOf, QwError } from '../engine/errors.ts'
import { eventOfTask, type IndexerTask, type QueueMessage } from './indexer-event.ts'
import type { InvocationLog } from './invocation-log.ts'

/** What a queue does for the one who works it off. Both reject with `unavailable`. */
export interface WorkQueue {
  /** As new messages: what was received of an older copy does not count against them. */
  send(bodies: readonly string[]): Promise<void>
  /** These deliveries are over after so many seconds from now, and what is not deleted comes again. */
  postpone(receiptHandles: readonly string[], seconds: number): Promise<void>
}

/** `continues`: in part, and further than before. */
export type TaskEnd = 'done' | 'continues'

export interface QueueTurn {
  /** Throws when the task failed. */
  readonly perform: (task: IndexerTask) => Promise<TaskEnd>
  /** Whether another task may be begun. */
  readonly hasTime: () => boolean
  /** Undefined: there is no way to the queue but the answer. */
  readonly queue: WorkQueue | undefined
  readonly log: InvocationLog
}

/** Messages are taken until those before name this much: seconds of work, so that what one invocation
 *  takes does not wait while another is idle. The largest file of a batch may come on top. */
export const TAKEN_BYTES_MAX = 192 * 1024 * 1024
/** For an object whose size its message does not tell. */
const UNKNOWN_BYTES = 64 * 1024 * 1024
/** After the first failure; four times as long after each further one: about 40 minutes until the
 *  fifth and last delivery. */
const FIRST_PAUSE_SECONDS = 30
const PAUSE_SECONDS_MAX = 12 * 3600

/**
 * Works off one batch of the queue. Returns the messages that failed, which is what Lambda has to be
 * told: it deletes all others.
 *
 * A delivery counts towards the dead-letter queue, and only work that failed may. So what is not begun
 * and what is done in part goes back as a new message before the delivered one is deleted. A kill in
 * between leaves both, and indexing the same file twice adds nothing. Costs one request per ten
 * messages that go back.
 */
export async function workOff(
  messages: readonly QueueMessage[],
  turn: QueueTurn,
): Promise<QueueMessage[]> {
  const failed: QueueMessage[] = []
  const sendBack = async (some: readonly QueueMessage[]): Promise<void> => {
    failed.push(...(await unsent(some, turn)))
  }
  const sizes = messages.map(({ tasks }) => tasks.reduce((sum, task) => sum + bytesOf(task), 0))
  const taken = turn.queue === undefined ? messages.length : takenCount(sizes)
  // First of all, for another invocation to begin with them.
  await sendBack(messages.slice(taken))
  const late: QueueMessage[] = []
  for (const message of messages.slice(0, taken)) {
    if (!turn.hasTime()) {
      late.push(message)
      continue
    }
    const end = await endOf(message, turn)
    if (end === 'failed') failed.push(message)
    if (end === 'continues') await sendBack([message])
  }
  await sendBack(late)
  await Promise.all(failed.map((message) => postpone(message, turn)))
  return failed
}

/** How many one invocation takes, given the bytes of each. */
function takenCount(sizes: readonly number[]): number {
  let bytes = 0
  const end = sizes.findIndex((size) => {
    if (bytes >= TAKEN_BYTES_MAX) return true
    bytes += size
    return false
  })
  return end === -1 ? sizes.length : end
}

function bytesOf(task: IndexerTask): number {
  return task.kind === 'source' ? (task.sizeBytes ?? UNKNOWN_BYTES) : 0
}

/** Works off what was asked for directly. What one invocation does not take, and what there is no time
 *  for, goes on as messages of the queue. Throws the error of the first task that fails, and
 *  `unavailable` when there is no queue and no time. */
export async function workOffDirect(tasks: readonly IndexerTask[], turn: QueueTurn): Promise<void> {
  const { queue, log } = turn
  const send = async (some: readonly IndexerTask[]): Promise<void> => {
    if (some.length === 0) return
    if (queue === undefined) {
      throw new QwError('unavailable', 'no time is left in this invocation', {
        fix: 'send the same event again: it goes on where this one ended',
      })
    }
    await queue.send(some.map((task) => JSON.stringify(eventOfTask(task))))
    log({ event: 'handed-back', num_messages: some.length })
  }
  const taken = queue === undefined ? tasks.length : takenCount(tasks.map(bytesOf))
  await send(tasks.slice(taken))
  const undone: IndexerTask[] = []
  for (const task of tasks.slice(0, taken)) {
    const end = turn.hasTime() ? await turn.perform(task) : 'continues'
    if (end === 'continues') undone.push(task)
  }
  await send(undone)
}

async function endOf(message: QueueMessage, turn: QueueTurn): Promise<TaskEnd | 'failed'> {
  const { messageId: message_id, unreadable } = message
  if (unreadable !== undefined) {
    turn.log({ event: 'message-unreadable', message_id, error: unreadable })
    return 'failed'
  }
  const ends = new Set<TaskEnd | 'failed'>()
  for (const task of message.tasks) {
    try {
      ends.add(turn.hasTime() ? await turn.perform(task) : 'continues')
    } catch (error) {
      turn.log({ event: 'task-failed', message_id, task, error: messageOf(error) })
      ends.add('failed')
    }
  }
  if (ends.has('failed')) return 'failed'
  return ends.has('continues') ? 'continues' : 'done'
}

/** Those that could not go back: they come again as they are. */
async function unsent(
  messages: readonly QueueMessage[],
  { queue, log }: QueueTurn,
): Promise<readonly QueueMessage[]> {
  if (messages.length === 0) return []
  if (queue === undefined) return messages
  try {
    await queue.send(messages.map(({ body }) => body))
    log({ event: 'handed-back', num_messages: messages.length })
    return []
  } catch (error) {
    log({ event: 'not-handed-back', num_messages: messages.length, error: messageOf(error) })
    return messages
  }
}

/** Without it a message comes again as that of an invocation that dies. */
async function postpone(message: QueueMessage, { queue, log }: QueueTurn): Promise<void> {
  const { receiptHandle, receiveCount, messageId: message_id } = message
  const seconds = Math.min(PAUSE_SECONDS_MAX, FIRST_PAUSE_SECONDS * 4 ** (receiveCount - 1))
  try {
    await queue?.postpone([receiptHandle], seconds)
  } catch (error) {
    log({ event: 'not-postponed', message_id, error: messageOf(error) })
  }
}
