type Message = Request | Response
type Bytes = Uint8Array<ArrayBuffer>
type Body = string | Bytes | ReadableStream<Uint8Array> | undefined

/** Where a message made here has its body. */
export const HELD = Symbol('held body')

interface HeldMessage {
  readonly [HELD]: HeldBody
}

const DIRECT_READERS = {
  arrayBuffer: (bytes: Bytes): ArrayBuffer => new Uint8Array(bytes).buffer,
  json: (bytes: Bytes): unknown => JSON.parse(new TextDecoder().decode(bytes)),
  text: (bytes: Bytes): string => new TextDecoder().decode(bytes),
} as const
const NODE_READERS = ['blob', 'clone', 'formData'] as const

/**
 * The body of a Request or a Response, mostly at hand. Node makes a stream of every body, which takes as
 * long as a small search and detaches an ArrayBuffer: from then on V8 checks every access to a typed
 * array in this thread, and searches take up to half as long again (docs/decisions/0063). So bytes are
 * given as they are, and Node's own message is made for who wants a stream.
 */
export class HeldBody {
  readonly #body: Body
  readonly #makeOwn: () => Message
  #own: Message | undefined
  #isTaken = false

  constructor(body: Body, makeOwn: () => Message) {
    this.#body = body
    this.#makeOwn = makeOwn
  }

  get stream(): Message['body'] {
    return this.#body === undefined ? null : this.own.body
  }

  get isUsed(): boolean {
    return this.#isTaken || this.#own?.bodyUsed === true
  }

  get own(): Message {
    if (this.#own === undefined) {
      this.#own = this.#makeOwn()
      // A body is read once, whoever reads it.
      if (this.#isTaken) void this.#own.arrayBuffer()
    }
    return this.#own
  }

  /** Undefined: Node's own message has it, or it is none. */
  take(): Bytes | undefined {
    if (this.#isTaken || this.#own !== undefined) return undefined
    const bytes = typeof this.#body === 'string' ? new TextEncoder().encode(this.#body) : this.#body
    if (!(bytes instanceof Uint8Array)) return undefined
    this.#isTaken = true
    return bytes
  }
}

/** Types have these as properties of each message; they are accessors and methods. */
export function defineReaders(prototype: HeldMessage): void {
  const define = (name: string, property: PropertyDescriptor & ThisType<HeldMessage>): void => {
    Object.defineProperty(prototype, name, { ...property, configurable: true })
  }
  define('body', {
    get() {
      return this[HELD].stream
    },
  })
  define('bodyUsed', {
    get() {
      return this[HELD].isUsed
    },
  })
  for (const name of ['arrayBuffer', 'json', 'text'] as const) {
    define(name, {
      async value() {
        const bytes = this[HELD].take()
        return bytes === undefined ? await this[HELD].own[name]() : DIRECT_READERS[name](bytes)
      },
    })
  }
  // Not in all versions of Node that are supported, nor in the types.
  define('bytes', {
    async value() {
      const bytes = this[HELD].take() ?? (await this[HELD].own.arrayBuffer())
      return new Uint8Array(bytes)
    },
  })
  for (const name of NODE_READERS) {
    define(name, {
      value() {
        return this[HELD].own[name]()
      },
    })
  }
}

/** Reads a body that is at hand; undefined: it has to be read as a stream, or there is none. */
export function takeBytes(message: Message): Bytes | undefined {
  return (message as Partial<HeldMessage>)[HELD]?.take()
}

/** Reads the whole body; undefined: there is none. */
export async function bytesOf(message: Message): Promise<Bytes | undefined> {
  const bytes = takeBytes(message)
  if (bytes !== undefined) return bytes
  return message.body === null ? undefined : new Uint8Array(await message.arrayBuffer())
}
