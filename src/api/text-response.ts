/** A Response that is sent by its text, and read as any other. */
interface TextResponse extends Response {
  readonly bodyText: string
}

type TextResponseClass = new (text: string, init: ResponseInit) => TextResponse

const READERS = ['arrayBuffer', 'blob', 'clone', 'formData', 'json', 'text'] as const

let madeClass: TextResponseClass | undefined

/**
 * A Response of a text that is at hand. Node makes a stream of every body and watches over its life,
 * which takes as long as a small search: this one makes it when somebody reads the body, and who sends
 * it takes `textOf`.
 */
export function textResponse(text: string, init: ResponseInit): Response {
  madeClass ??= makeClass()
  return new madeClass(text, init)
}

/** Undefined: not made by `textResponse`. */
export function textOf(response: Response): string | undefined {
  return madeClass !== undefined && response instanceof madeClass ? response.bodyText : undefined
}

/** Not before the first answer: the name `Response` makes Node load its client of HTTP, which takes a
 *  command of the CLI 30 ms whether it answers anything or not. */
function makeClass(): TextResponseClass {
  class LazyResponse extends Response {
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
      const define = (
        name: string,
        property: PropertyDescriptor & ThisType<LazyResponse>,
      ): void => {
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
  return LazyResponse
}
