import type { Transform } from 'node:stream'
import { messageOf } from '../../errors.ts'

/** A stream of node:zlib. `bytesWritten` counts what it has consumed, not what it was given. */
export type ZlibEngine = Transform & { readonly bytesWritten: number }

/** Packed bytes given to an engine at a time: bounds what it gives back at once. */
const PIECE_BYTES = 64 * 1024

/** What is wrong with packed bytes. */
export class UnpackError extends Error {
  /** `trailing`: whole members, and after them something else. */
  readonly kind: 'damaged' | 'trailing'
  /** Offset in the packed bytes of the piece in which it was met. */
  readonly at: number

  constructor(kind: 'damaged' | 'trailing', at: number, why: string) {
    super(why)
    this.kind = kind
    this.at = at
  }
}

/**
 * Any number of packed members one after another, and zeros after them, which some tools pad with.
 * Engines stop at the end of a member (zstd) or of the last one (gzip) and drop the rest in silence:
 * here the rest is either a further member or an error. Throws `UnpackError`.
 */
export async function* unpackMembers(
  chunks: AsyncIterable<Uint8Array>,
  openEngine: () => ZlibEngine,
): AsyncGenerator<Uint8Array> {
  let member: Member | undefined
  let position = 0
  try {
    for await (const chunk of chunks) {
      let rest = chunk
      while (rest.length > 0) {
        if (member === undefined) {
          const padding = leadingZeros(rest)
          position += padding
          rest = rest.subarray(padding)
          if (rest.length === 0) break
          member = new Member(openEngine())
        }
        const piece = rest.subarray(0, PIECE_BYTES)
        const { outputs, consumedBytes, hasEnded } = await member.feed(piece, position)
        yield* outputs
        position += consumedBytes
        rest = rest.subarray(consumedBytes)
        if (hasEnded) member = undefined
      }
    }
    if (member !== undefined) yield* await member.end(position)
  } finally {
    member?.destroy()
  }
}

function leadingZeros(bytes: Uint8Array): number {
  let count = 0
  while (bytes[count] === 0) count++
  return count
}

/** One engine at work. */
class Member {
  readonly #engine: ZlibEngine
  #outputs: Uint8Array[] = []
  #hasEnded = false
  #error: Error | undefined
  /** Called when the engine has ended or failed, whatever is waited for. */
  #wake: () => void = () => undefined

  constructor(engine: ZlibEngine) {
    this.#engine = engine
    engine.on('data', (output: Uint8Array) => {
      this.#outputs.push(output)
    })
    engine.on('end', () => {
      this.#hasEnded = true
      this.#wake()
    })
    engine.on('error', (error: Error) => {
      this.#error = error
      this.#wake()
    })
  }

  async feed(
    piece: Uint8Array,
    position: number,
  ): Promise<{ outputs: Uint8Array[]; consumedBytes: number; hasEnded: boolean }> {
    const before = this.#engine.bytesWritten
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      this.#engine.write(piece, () => resolve())
    })
    if (this.#error !== undefined) throw this.#failure(position)
    const consumedBytes = this.#engine.bytesWritten - before
    // Not interested in the rest: its end is told a moment later.
    if (consumedBytes < piece.length && !this.#hasEnded) await this.#settled()
    return { outputs: this.#taken(), consumedBytes, hasEnded: this.#hasEnded }
  }

  async end(position: number): Promise<Uint8Array[]> {
    this.#engine.end()
    await this.#settled()
    if (this.#error !== undefined) throw this.#failure(position)
    return this.#taken()
  }

  destroy(): void {
    this.#engine.destroy()
  }

  async #settled(): Promise<void> {
    if (this.#hasEnded || this.#error !== undefined) return
    await new Promise<void>((resolve) => {
      this.#wake = resolve
    })
  }

  #taken(): Uint8Array[] {
    const outputs = this.#outputs
    this.#outputs = []
    return outputs
  }

  #failure(position: number): UnpackError {
    const why = messageOf(this.#error)
    // The libraries' own words for bytes that begin like no member. The first member's beginning was
    // looked at before, so it can only be a later one: gunzip goes from member to member itself.
    const isNoMember = /incorrect header check|unknown frame descriptor/i.test(why)
    return new UnpackError(isNoMember ? 'trailing' : 'damaged', position, why)
  }
}
