const READERS = ['arrayBuffer', 'blob', 'clone', 'formData', 'json', 'text'] as const

/**
 * A Response of a text that is at hand. Node makes a stream of every body and watches over its life,
 * which takes as long as a small search: this one makes it when somebody reads the body, and who sends
 * it takes `bodyText`.
 */
export class TextResponse extends Response {
  readonly bodyText: string
  #read: Response | undefined

  constructor(text: string, init: ResponseInit) {
    super(null, init)
    this.bodyText = text
  }

  get #whole(): Response {
    const { status, headers } = this
    return (this.#read ??= new Response(this.bodyText, { status, headers }))
  }

  // Types have these as properties of each Response; they are accessors and methods.
  static {
    const define = (name: string, property: PropertyDescriptor & ThisType<TextResponse>): void => {
      Object.defineProperty(this.prototype, name, { ...property, configurable: true })
    }
    define('body', {
      get() {
        return this.#whole.body
      },
    })
    define('bodyUsed', {
      get() {
        return this.#read?.bodyUsed ?? false
      },
    })
    for (const name of READERS) {
      define(name, {
        value() {
          return this.#whole[name]()
        },
      })
    }
  }
}
