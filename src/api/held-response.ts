import { defineReaders, HELD, HeldBody } from './held-body.ts'

type Body = string | Uint8Array<ArrayBuffer>
type ResponseClass = new (body: Body, init: ResponseInit) => Response

let madeClass: ResponseClass | undefined

/** A Response whose body is at hand: read as any other, and sent by `bytesOf`. A text needs its
 *  content type said. */
export function heldResponse(body: Body, init: ResponseInit): Response {
  madeClass ??= makeClass()
  return new madeClass(body, init)
}

/** Not before the first answer: the name `Response` makes Node load its client of HTTP, which takes a
 *  command of the CLI 30 ms whether it answers anything or not. */
function makeClass(): ResponseClass {
  return class HeldResponse extends Response {
    readonly [HELD]: HeldBody

    constructor(body: Body, init: ResponseInit) {
      super(null, init)
      const { status, headers } = this
      this[HELD] = new HeldBody(body, () => new Response(body, { status, headers }))
    }

    static {
      defineReaders(this.prototype)
    }
  }
}
