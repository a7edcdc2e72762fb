import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const END_OF_HEAD = '\r\n\r\n'

/**
 * One kept connection that asks one thing after the other and does nothing besides: what a library of
 * HTTP takes in this process is no time of the server. Answers have a `content-length`.
 */
export class BareClient {
  readonly #socket: Socket
  readonly #host: string
  #received: Buffer = Buffer.alloc(0)
  #settle:
    | { readonly resolve: (body: Buffer) => void; readonly reject: (error: unknown) => void }
    | undefined

  private constructor(socket: Socket, host: string) {
    this.#socket = socket
    this.#host = host
    socket.on('data', (chunk) => {
      this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
      this.#take()
    })
    socket.on('error', (error) => this.#settle?.reject(error))
    socket.on('close', () => this.#settle?.reject(new Error('the server closed the connection')))
  }

  static async open(base: string): Promise<BareClient> {
    const { host, hostname, port } = new URL(base)
    const socket = connect(Number(port), hostname).setNoDelay(true)
    await once(socket, 'connect')
    return new BareClient(socket, host)
  }

  /** The body of a 200; anything else is an error. */
  async get(path: string): Promise<Buffer> {
    return await new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
      this.#socket.write(`GET ${path} HTTP/1.1\r\nhost: ${this.#host}${END_OF_HEAD}`)
    })
  }

  #take(): void {
    const headEnd = this.#received.indexOf(END_OF_HEAD)
    if (headEnd < 0) return
    const head = this.#received.toString('latin1', 0, headEnd)
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? NaN)
    const bodyStart = headEnd + END_OF_HEAD.length
    if (this.#received.length < bodyStart + length) return
    const body = this.#received.subarray(bodyStart, bodyStart + length)
    this.#received = this.#received.subarray(bodyStart + length)
    const { resolve, reject } = this.#settle ?? {}
    if (head.startsWith('HTTP/1.1 200 ') && !Number.isNaN(length)) resolve?.(body)
    else reject?.(new Error(`${head}\n${body.toString()}`))
  }

  close(): void {
    this.#settle = undefined
    this.#socket.destroy()
  }
}
