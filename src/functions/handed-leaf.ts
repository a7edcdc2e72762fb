import { decodeLeafRequest, decodeLeafResponse, encodeLeaf } from '../engine/search/leaf-codec.ts'
import type { LeafInvoker } from '../engine/search/leaf-request.ts'
import { QwError } from '../engine/errors.ts'
import type { Clock } from '../engine/ports.ts'
import type { Invocation, InvocationLog } from './invocation-log.ts'
import { untilDeadline } from './searcher-handler.ts'

/** A leaf's request or answer inside an invocation: base64 of its bytes. */
interface LeafEvent {
  readonly leaf: string
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
}

/** The other end of `leafCaller`. Throws `invalid` for what that did not send. */
export async function answerLeaf(
  { leaf }: LeafEvent,
  { here, clock, log }: LeafComponents,
  invocation: Invocation,
): Promise<LeafEvent> {
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
    return { leaf: reply }
  } finally {
    deadline.clear()
  }
}

/** Leaf searches by runs of a function that answers them as `answerLeaf` does. */
export function leafCaller(
  call: (event: LeafEvent, signal?: AbortSignal) => Promise<unknown>,
): LeafInvoker {
  return {
    async search(request, signal) {
      const reply = await call({ leaf: toText(encodeLeaf(request)) }, signal)
      if (isLeafEvent(reply)) return decodeLeafResponse(Buffer.from(reply.leaf, 'base64'))
      throw new QwError('unavailable', 'the searcher that was called answered something else')
    },
  }
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
