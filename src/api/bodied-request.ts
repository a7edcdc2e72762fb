interface RequestParts {
  readonly method: string
  readonly headers: Headers
  readonly body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | undefined
  readonly signal?: AbortSignal | undefined
}

type RequestClass = new (url: string, parts: RequestParts) => Request

/** A token, but none of those that ask a proxy for something. */
const METHOD = /^(?!(?:CONNECT|TRACE|TRACK)$)[\w!#$%&'*+.^`|~-]+$/
const READERS = ['arrayBuffer', 'blob', 'formData', 'json', 'text'] as const

let madeClass: RequestClass | undefined

/**
 * A Request that keeps its body whatever its method. HTTP lets a GET have one, and `curl -XGET -d`,
 * elasticdump and the older Elasticsearch clients send their searches so; the constructor of Request
 * refuses it. Every host makes its requests here, so that none loses what was asked.
 *
 * What the API asks for is at hand. Node's own Request, with a signal that takes as long to make as a
 * small search, is made when somebody reads the body. Throws a TypeError for what is no address or no
 * method.
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
    readonly #parts: RequestParts
    #read: Request | undefined

    constructor(url: string, parts: RequestParts) {
      // The router looks methods up in plain objects, where `constructor` is a key.
      this.method = parts.method.toUpperCase()
      if (!METHOD.test(this.method)) throw new TypeError(`${this.method} is no method of a request`)
      this.url = new URL(url).href
      this.headers = parts.headers
      this.#parts = parts
    }

    get body(): Request['body'] {
      return this.#parts.body === undefined ? null : this.#whole.body
    }

    get bodyUsed(): boolean {
      return this.#read?.bodyUsed ?? false
    }

    /** The host's own. One that a constructor is given is tied to one of the request's, by finalisers that
     *  keep thousands of answered requests in the memory of a busy server. */
    get signal(): AbortSignal {
      return this.#parts.signal ?? this.#whole.signal
    }

    get #whole(): Request {
      const { body } = this.#parts
      const method = body !== undefined && /^(?:GET|HEAD)$/.test(this.method) ? 'POST' : this.method
      return (this.#read ??= new Request(this.url, {
        method,
        headers: this.headers,
        ...(body === undefined ? {} : { body, duplex: 'half' }),
      }))
    }

    static {
      for (const name of READERS) {
        Object.defineProperty(this.prototype, name, {
          value(this: LazyRequest) {
            return this.#whole[name]()
          },
        })
      }
      Object.setPrototypeOf(this.prototype, Request.prototype)
    }
  }
  // Its prototype is that of a Request, which no type can say.
  return LazyRequest as unknown as RequestClass
}
