import { messageOf, QwError } from '../engine/errors.ts'
import type { Clock } from '../engine/ports.ts'
import { jsonSender } from './json-sender.ts'
import type { AwsCredentials } from './request-signature.ts'

interface QueueSettings {
  /** As SQS names the queue; requests go to its host. */
  readonly url: string
  readonly region: string
  readonly credentials: () => AwsCredentials
  readonly clock: Clock
  /** Base address of another service that speaks SQS; undefined: the host of `url`. */
  readonly endpoint?: string | undefined
}

/** SQS's own limit for one request. */
const ENTRIES_MAX = 10
/** Of all bodies in one request. SQS takes 1 MiB; other services still have its older limit. */
const BATCH_BYTES_MAX = 200_000
const ATTEMPTS_MAX = 4
const FIRST_PAUSE_MS = 100
const IDLE_TIMEOUT_MS = 5_000

/**
 * The two things that the indexer asks of its queue, without the SDK (docs/decisions/0004, 0017).
 * Throttling and faults are repeated here: a message that was sent twice is indexed once.
 */
export function sqsQueue(settings: QueueSettings) {
  const call = makeCall(settings)
  const QueueUrl = settings.url
  return {
    /** Rejects with `unavailable`; some may have been sent then. One request per ten messages. */
    async send(bodies: readonly string[]): Promise<void> {
      for (const batch of batchesOf(bodies)) {
        const Entries = batch.map((MessageBody, index) => ({ Id: String(index), MessageBody }))
        refuseFailed(await call('SendMessageBatch', { QueueUrl, Entries }))
      }
    },
    /** Rejects with `unavailable`, also where it holds for some of them. One request per ten messages. */
    async postpone(handles: readonly string[], VisibilityTimeout: number): Promise<void> {
      for (let start = 0; start < handles.length; start += ENTRIES_MAX) {
        const batch = handles.slice(start, start + ENTRIES_MAX)
        const Entries = batch.map((ReceiptHandle, index) => {
          return { Id: String(index), ReceiptHandle, VisibilityTimeout }
        })
        refuseFailed(await call('ChangeMessageVisibilityBatch', { QueueUrl, Entries }))
      }
    },
  }
}

/** Single entries can fail in an answer that succeeded. */
function refuseFailed({ Failed: failed }: Fields): void {
  if (Array.isArray(failed) && failed.length > 0) {
    throw new QwError('unavailable', `the queue refused: ${JSON.stringify(failed)}`)
  }
}

function* batchesOf(bodies: readonly string[]): Generator<readonly string[]> {
  let batch: string[] = []
  let bytes = 0
  for (const body of bodies) {
    const length = Buffer.byteLength(body)
    if (batch.length === ENTRIES_MAX || (batch.length > 0 && bytes + length > BATCH_BYTES_MAX)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(body)
    bytes += length
  }
  if (batch.length > 0) yield batch
}

type Fields = Readonly<Record<string, unknown>>
type Call = (action: string, input: Fields) => Promise<Fields>

function makeCall(settings: QueueSettings): Call {
  const { clock } = settings
  const send = makeSender(settings)
  return async (action, input) => {
    for (let attempt = 1; ; attempt++) {
      const { status, text } = await send(action, input)
      if (status < 300) return text === '' ? {} : (JSON.parse(text) as Fields)
      const isPassing = status === 0 || status >= 500 || /throttl/i.test(text)
      if (!isPassing || attempt === ATTEMPTS_MAX) {
        const permission = `sqs:${action.replace('Batch', '')}`
        throw new QwError('unavailable', `${action} was answered with ${status} ${text}`, {
          fix: `allow ${permission} on ${settings.url}`,
        })
      }
      await clock.sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1))
    }
  }
}

/** One request, once. Status 0: no complete answer came, and the text says why. */
function makeSender(settings: QueueSettings) {
  const address = settings.endpoint ?? settings.url
  const send = jsonSender({ ...settings, address, service: 'sqs', idleTimeoutMs: IDLE_TIMEOUT_MS })
  return async (action: string, input: Fields): Promise<{ status: number; text: string }> => {
    const type = { 'content-type': 'application/x-amz-json-1.0' }
    const headers = { ...type, 'x-amz-target': `AmazonSQS.${action}` }
    try {
      return await send({ path: '/', headers, input })
    } catch (error) {
      return { status: 0, text: messageOf(error) }
    }
  }
}
