import { decodeLeafRequest, decodeLeafResponse, encodeLeaf } from '../engine/search/leaf-codec.ts'
import type { LeafInvoker } from '../engine/search/leaf-request.ts'
import { QwError } from '../engine/errors.ts'
import type { Clock } from '../engine/ports.ts'
import type { Invocation, InvocationLog } from './invocation-log.ts'
import { untilDeadline } from './searcher-handler.ts'

/** A leaf's request or answer inside an invocation. */
interface LeafEvent {
  /** Base64 of its bytes. */
  readonly leaf: string
  /** Of the package that wrote it. While a deployment is updated runs of both versions are warm. */
  readonly version?: string | undefined
}

/** Instead of an answer: this run does not understand what the other one sends. */
interface OtherVersion {
  readonly version: string
}

/** Whether the event comes from another run of the searcher. What a gateway sends always has a method. */
export function isLeafEvent(event: unknown): event is LeafEvent {
  return typeof event === 'object' && event !== null && hasLeaf(event) && !('httpMethod' in event)
}

function hasLeaf(event: object): event is LeafEvent {
  return 'leaf' in event && typeof event.leaf === 'string'
}

interface LeafComponents {
  readonly here: LeafInvoker
  readonly clock: Clock
  readonly log: InvocationLog
  readonly version: string
}

/** The other end of `leafCaller`. Throws `invalid` for what that did not send. */
export async function answerLeaf(
  { leaf, version: theirs }: LeafEvent,
  { here, clock, log, version }: LeafComponents,
  invocation: Invocation,
): Promise<LeafEvent | OtherVersion> {
  if (theirs !== version) {
    log({ event: 'leaf_refused', request_id: invocation.requestId, version: theirs })
    return { version }
  }
  const startMs = clock.nowMs()
  const request = decodeLeafRequest(Buffer.from(leaf, 'base64'))
  const deadline = untilDeadline(invocation, startMs)
  try {
    const reply = toText(encodeLeaf(await here.search(request, deadline.signal)))
    log({
      event: 'leaf',
      request_id: invocation.requestId,
      splits: request.splits.length,
      ms: clock.nowMs() - startMs,
      body_bytes: reply.length,
    })
    return { leaf: reply, version }
  } finally {
    deadline.clear()
  }
}

/** Leaf searches by runs of a function that answers them as `answerLeaf` does. Rejects with `unavailable`
 *  where a run of another version was met. */
export function leafCaller(
  version: string,
  call: (event: LeafEvent, signal?: AbortSignal) => Promise<unknown>,
): LeafInvoker {
  return {
    async search(request, signal) {
      const reply = await call({ leaf: toText(encodeLeaf(request)), version }, signal)
      if (isLeafEvent(reply) && reply.version === version) {
        return decodeLeafResponse(Buffer.from(reply.leaf, 'base64'))
      }
      throw new QwError(
        'unavailable',
        `the searcher that was called answered something else than version ${version} does`,
      )
    },
  }
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
