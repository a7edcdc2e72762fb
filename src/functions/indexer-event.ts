import { messageOf, QwError } from '../engine/errors.ts'

/** What one invocation of the indexer is asked to do. */
export type IndexerTask =
  | SourceTask
  | { readonly kind: 'merge'; readonly indexId: string | undefined }
  | { readonly kind: 'cleanUp'; readonly indexId: string | undefined }

export interface SourceTask {
  readonly kind: 'source'
  readonly bucket: string
  /** Decoded: as the object is really called. */
  readonly key: string
  /** The index, where the event names one; otherwise the key's first folder does. */
  readonly indexId: string | undefined
}

/** Tasks with the SQS message they came in; a failed task makes its message come again. */
interface IndexerEvent {
  readonly tasks: readonly QueuedTask[]
  /** Messages that make no sense. They fail alone, and end in the dead-letter queue. */
  readonly unreadable: readonly { readonly messageId: string; readonly reason: string }[]
  /** Whether the answer has to be a list of failed messages. */
  readonly isQueueBatch: boolean
}

interface QueuedTask {
  readonly messageId: string | undefined
  readonly task: IndexerTask
}

const ACCEPTED =
  'an S3 event, an SQS batch of S3 events, {"source_uri": "s3://bucket/key"}, {"action": "merge"} or {"action": "clean-up"}'

/** Throws `invalid` for anything that is not one of the accepted shapes. */
export function parseIndexerEvent(event: unknown): IndexerEvent {
  if (!isRecord(event)) throw unknownEvent()
  if (isQueueEvent(event)) return parseQueueBatch(event.Records)
  return {
    tasks: directTasks(event).map((task) => ({ messageId: undefined, task })),
    unreadable: [],
    isQueueBatch: false,
  }
}

function parseQueueBatch(records: readonly Fields[]): IndexerEvent {
  const tasks: QueuedTask[] = []
  const unreadable: { messageId: string; reason: string }[] = []
  for (const record of records) {
    const messageId = String(record['messageId'])
    try {
      tasks.push(...messageTasks(record).map((task) => ({ messageId, task })))
    } catch (error) {
      unreadable.push({ messageId, reason: messageOf(error) })
    }
  }
  return { tasks, unreadable, isQueueBatch: true }
}

function directTasks(event: Fields): IndexerTask[] {
  const indexId = typeof event['index_id'] === 'string' ? event['index_id'] : undefined
  if (typeof event['source_uri'] === 'string') return [sourceTask(event['source_uri'], indexId)]
  if (event['action'] === 'merge') return [{ kind: 'merge', indexId }]
  if (event['action'] === 'clean-up') return [{ kind: 'cleanUp', indexId }]
  // Sent once when a notification is configured; there is nothing to index.
  if (event['Event'] === 's3:TestEvent') return []
  if (Array.isArray(event['Records'])) return event['Records'].flatMap(s3Task)
  throw unknownEvent()
}

function messageTasks(record: Fields): IndexerTask[] {
  const body: unknown = JSON.parse(String(record['body']))
  if (!isRecord(body)) throw unknownEvent()
  return directTasks(body)
}

/** Removals and other notifications that are no new object are passed over. */
function s3Task(record: unknown): SourceTask[] {
  const s3 = isRecord(record) ? record['s3'] : undefined
  const bucket = isRecord(s3) && isRecord(s3['bucket']) ? s3['bucket']['name'] : undefined
  const key = isRecord(s3) && isRecord(s3['object']) ? s3['object']['key'] : undefined
  if (typeof bucket !== 'string' || typeof key !== 'string') throw unknownEvent()
  const name = isRecord(record) ? record['eventName'] : undefined
  if (typeof name === 'string' && !name.includes('ObjectCreated')) return []
  return [{ kind: 'source', bucket, key: decodeEventKey(key), indexId: undefined }]
}

/** S3 writes keys into events as form data: `red flower.jpg` comes as `red+flower.jpg`. */
function decodeEventKey(key: string): string {
  return decodeURIComponent(key.replaceAll('+', ' '))
}

/** The inverse, for notifications that we send ourselves. */
export function encodeEventKey(key: string): string {
  return encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+')
}

function sourceTask(uri: string, indexId: string | undefined): SourceTask {
  const match = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri)
  if (match === null) {
    throw new QwError('invalid', `source_uri \`${uri}\` is not of the form s3://bucket/key`)
  }
  return { kind: 'source', bucket: match[1] ?? '', key: match[2] ?? '', indexId }
}

type Fields = Readonly<Record<string, unknown>>

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isQueueEvent(event: Fields): event is { Records: Fields[] } {
  const records = event['Records']
  return Array.isArray(records) && records.length > 0 && records.every(isQueueRecord)
}

function isQueueRecord(record: unknown): boolean {
  return isRecord(record) && record['eventSource'] === 'aws:sqs'
}

function unknownEvent(): QwError {
  return new QwError('invalid', 'the indexer does not know this event', { fix: `send ${ACCEPTED}` })
}
