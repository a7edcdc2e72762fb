import { defineReaders, HELD, HeldBody } from './held-body.ts'

interface RequestParts {
  readonly method: string
  readonly headers: Headers
  readonly body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | undefined
  readonly signal?: AbortSignal | undefined
}

type RequestClass = new (url: string, parts: RequestParts) => Request

/** A token, but none of those that ask a proxy for something. */
const METHOD = /^(?!(?:CONNECT|TRACE|TRACK)$)[\w!#$%&'*+.^`|~-]+$/

let madeClass: RequestClass | undefined

/**
 * A Request that keeps its body whatever its method. HTTP lets a GET have one, and `curl -XGET -d`,
 * elasticdump and the older Elasticsearch clients send their searches so; the constructor of Request
 * refuses it. Every host makes its requests here, so that none loses what was asked.
 *
 * What the API asks for is at hand. Node's own Request, with a signal that takes as long to make as a
 * small search, is made when somebody reads a body that is a stream. Throws a TypeError for what is no
 * address or no method.
 */
export function bodiedRequest(url: string, parts: RequestParts): Request {
  madeClass ??= makeClass()
  return new madeClass(url, parts)
}

/** Not before the first request: the name `Request` makes Node load its client of HTTP. */
function makeClass(): RequestClass {
  class LazyRequest {
    readonly method: string
    readonly url: string
    readonly headers: Headers
    readonly [HELD]: HeldBody
    #signal: AbortSignal | undefined

    constructor(url: string, { method, headers, body, signal }: RequestParts) {
      // The router looks methods up in plain objects, where `constructor` is a key.
      this.method = method.toUpperCase()
      if (!METHOD.test(this.method)) throw new TypeError(`${this.method} is no method of a request`)
      this.url = new URL(url).href
      this.headers = headers
      this.#signal = signal
      this[HELD] = new HeldBody(body, () => this.#ownOf(body))
    }

    /** The host's own. One that a constructor is given is tied to one of the request's, by finalisers that
     *  keep thousands of answered requests in the memory of a busy server. */
    get signal(): AbortSignal {
      return (this.#signal ??= new AbortController().signal)
    }

    #ownOf(body: RequestParts['body']): Request {
      const method = body !== undefined && /^(?:GET|HEAD)$/.test(this.method) ? 'POST' : this.method
      return new Request(this.url, {
        method,
        headers: this.headers,
        ...(body === undefined ? {} : { body, duplex: 'half' }),
      })
    }

    static {
      defineReaders(this.prototype)
      Object.setPrototypeOf(this.prototype, Request.prototype)
    }
  }
  // Its prototype is that of a Request, which no type can say.
  return LazyRequest as unknown as RequestClass
}
