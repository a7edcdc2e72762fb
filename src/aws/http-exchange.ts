import type { ClientRequest, IncomingHttpHeaders } from 'node:http'
import * as https from 'node:https'

/** Requests under way at once per host; more wait for a free connection. */
const CONNECTIONS_MAX = 64

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<IncomingHttpHeaders>
  readonly body: Uint8Array
}

/** Plain HTTP is for emulators. It is loaded when asked for, as its ES module costs 20 ms: it brings
 *  the whole of `fetch` along, which `node:https` does not. */
export async function openTransport(protocol: string) {
  const { request: open, Agent } = protocol === 'http:' ? await import('node:http') : https
  return { open, agent: new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX }) }
}

/** Sends the body and collects the answer; rejects when no complete one came. */
export function answerOf(
  outgoing: ClientRequest,
  body: Uint8Array,
  idleTimeoutMs: number,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    outgoing.on('error', reject)
    outgoing.on('timeout', () =>
      outgoing.destroy(new Error(`silent for ${idleTimeoutMs / 1_000} s`)),
    )
    outgoing.on('response', (incoming) => {
      // The length in an answer to HEAD is the object's, and no body follows.
      const announced = outgoing.method === 'HEAD' ? 0 : incoming.headers['content-length']
      const collected = new BodyCollector(Number(announced ?? 0))
      incoming.on('data', (chunk: Buffer) => collected.add(chunk))
      incoming.on('error', reject)
      incoming.on('close', () => reject(new Error('the connection closed in the middle')))
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: collected.bytes(),
        }),
      )
    })
    outgoing.end(body)
  })
}

/** Copies each chunk once, into an array of the announced size. */
class BodyCollector {
  #bytes: Uint8Array
  #length = 0

  constructor(announcedBytes: number) {
    this.#bytes = new Uint8Array(announcedBytes)
  }

  add(chunk: Uint8Array): void {
    const needed = this.#length + chunk.byteLength
    if (needed > this.#bytes.byteLength) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.byteLength))
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    this.#bytes.set(chunk, this.#length)
    this.#length = needed
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }
}
