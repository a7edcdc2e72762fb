import { messageOf, QwError } from '../engine/errors.ts'

/** What one invocation of the indexer is asked to do. */
export type IndexerTask =
  | SourceTask
  | { readonly kind: 'merge'; readonly indexId: string | undefined }
  | { readonly kind: 'cleanUp'; readonly indexId: string | undefined }
  /** Of every index: erasures, merges, clean-up, where there is something to do. */
  | { readonly kind: 'upkeep' }

export interface SourceTask {
  readonly kind: 'source'
  readonly bucket: string
  /** Decoded: as the object is really called. */
  readonly key: string
  /** The index, where the event names one; otherwise the key's first folder does. */
  readonly indexId: string | undefined
  /** As the event says; undefined when it does not. */
  readonly sizeBytes: number | undefined
  /** A bucket told of it by itself, and nobody asked for it. */
  readonly isNotice?: true
}

type IndexerEvent =
  | { readonly kind: 'direct'; readonly tasks: readonly IndexerTask[] }
  | { readonly kind: 'queue'; readonly messages: readonly QueueMessage[] }

/** A message of an SQS batch. It is done, or comes again, as a whole. */
export interface QueueMessage {
  readonly messageId: string
  readonly body: string
  /** Names this delivery to the queue. */
  readonly receiptHandle: string
  /** Deliveries so far, this one included. */
  readonly receiveCount: number
  readonly tasks: readonly IndexerTask[]
  /** Why the message makes no sense. It fails alone, and ends in the dead-letter queue. */
  readonly unreadable: string | undefined
}

const ACCEPTED =
  'an S3 event, an EventBridge event of S3, either of them through SNS or SQS, {"source_uri": "s3://bucket/key"}, {"sources": [several of these]}, {"action": "upkeep"}, {"action": "merge"} or {"action": "clean-up"}'
/** Topics that hand on to topics; more is no envelope of anybody's. */
const ENVELOPES_MAX = 3

/** Throws `invalid` for anything that is not one of the accepted shapes. */
export function parseIndexerEvent(event: unknown): IndexerEvent {
  if (!isRecord(event)) throw unknownEvent()
  const records = recordsOf(event)
  if (records.length > 0 && records.every((record) => record['eventSource'] === 'aws:sqs')) {
    return { kind: 'queue', messages: records.map(queueMessage) }
  }
  return { kind: 'direct', tasks: tasksIn(event, 0) }
}

/** What has to be sent for exactly this task to be done. */
export function eventOfTask(task: IndexerTask): unknown {
  switch (task.kind) {
    case 'source':
      return {
        source_uri: `s3://${task.bucket}/${task.key}`,
        index_id: task.indexId,
        size_bytes: task.sizeBytes,
      }
    case 'merge':
      return { action: 'merge', index_id: task.indexId }
    case 'cleanUp':
      return { action: 'clean-up', index_id: task.indexId }
    case 'upkeep':
      return { action: 'upkeep' }
  }
}

function queueMessage(record: Fields): QueueMessage {
  const attributes = isRecord(record['attributes']) ? record['attributes'] : {}
  const body = String(record['body'])
  const facts = {
    messageId: String(record['messageId']),
    body,
    receiptHandle: String(record['receiptHandle']),
    receiveCount: Number(attributes['ApproximateReceiveCount'] ?? 1),
  }
  try {
    return { ...facts, tasks: tasksIn(eventIn(body), 0), unreadable: undefined }
  } catch (error) {
    return { ...facts, tasks: [], unreadable: messageOf(error) }
  }
}

function tasksIn(event: unknown, envelopes: number): IndexerTask[] {
  if (!isRecord(event) || envelopes > ENVELOPES_MAX) throw unknownEvent()
  // SNS puts the whole notification into its own as a text.
  if (event['Type'] === 'Notification' && typeof event['Message'] === 'string') {
    return tasksIn(eventIn(event['Message']), envelopes + 1)
  }
  if (typeof event['source_uri'] === 'string') return [sourceTask(event['source_uri'], event)]
  if (Array.isArray(event['sources'])) {
    return event['sources'].flatMap((source: unknown) => tasksIn(source, envelopes + 1))
  }
  if (event['action'] === 'upkeep') return [{ kind: 'upkeep' }]
  if (event['action'] === 'merge') return [{ kind: 'merge', indexId: indexIdIn(event) }]
  if (event['action'] === 'clean-up') return [{ kind: 'cleanUp', indexId: indexIdIn(event) }]
  // Sent once when a notification is configured; there is nothing to index.
  if (event['Event'] === 's3:TestEvent') return []
  if (event['source'] === 'aws.s3') return eventBridgeTask(event)
  if (!Array.isArray(event['Records'])) throw unknownEvent()
  return event['Records'].flatMap((record: unknown) => recordTasks(record, envelopes))
}

/** An event inside a message. */
function eventIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new QwError('invalid', `the message holds no JSON: ${messageOf(cause)}`, { cause })
  }
}

function recordTasks(record: unknown, envelopes: number): IndexerTask[] {
  if (!isRecord(record)) throw unknownEvent()
  const { Sns: sns } = record
  if (isRecord(sns)) return tasksIn({ ...sns, Type: 'Notification' }, envelopes)
  return s3Task(record)
}

/** Removals and other notifications that are no new object are passed over. */
function s3Task(record: Fields): SourceTask[] {
  const found = objectIn(record['s3'])
  const name = record['eventName']
  if (typeof name === 'string' && !name.includes('ObjectCreated')) return []
  return [{ ...found, key: decodeEventKey(found.key) }]
}

/** EventBridge writes keys as they are. */
function eventBridgeTask(event: Fields): SourceTask[] {
  return event['detail-type'] === 'Object Created' ? [objectIn(event['detail'])] : []
}

/** Both kinds of event have the same two fields under names of their own. */
function objectIn(value: unknown): SourceTask {
  const { bucket, object }: Fields = isRecord(value) ? value : {}
  const name = isRecord(bucket) ? bucket['name'] : undefined
  const { key, size }: Fields = isRecord(object) ? object : {}
  if (typeof name !== 'string' || typeof key !== 'string') throw unknownEvent()
  const sizeBytes = byteCount(size)
  return { kind: 'source', bucket: name, key, indexId: undefined, sizeBytes, isNotice: true }
}

/** S3 writes keys into events as form data: `red flower.jpg` comes as `red+flower.jpg`. */
function decodeEventKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '))
  } catch (cause) {
    throw new QwError('invalid', `the key \`${key}\` is not written as in an event of S3`, {
      cause,
    })
  }
}

/** The inverse, for notifications that we send ourselves. */
export function encodeEventKey(key: string): string {
  return encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+')
}

function sourceTask(uri: string, event: Fields): SourceTask {
  const match = /^s3:\/\/([^/]+)\/(.+)$/s.exec(uri)
  if (match === null) {
    throw new QwError('invalid', `source_uri \`${uri}\` is not of the form s3://bucket/key`)
  }
  return {
    kind: 'source',
    bucket: match[1] ?? '',
    key: match[2] ?? '',
    indexId: indexIdIn(event),
    sizeBytes: byteCount(event['size_bytes']),
  }
}

function indexIdIn(event: Fields): string | undefined {
  return typeof event['index_id'] === 'string' ? event['index_id'] : undefined
}

function byteCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

type Fields = Readonly<Record<string, unknown>>

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function recordsOf(event: Fields): Fields[] {
  const records = event['Records']
  return Array.isArray(records) && records.every(isRecord) ? records : []
}

function unknownEvent(): QwError {
  return new QwError('invalid', 'the indexer does not know this event', { fix: `send ${ACCEPTED}` })
}
