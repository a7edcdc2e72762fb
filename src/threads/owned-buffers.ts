/** Smaller ones are copied sooner than handed over. */
const WORTH_BYTES = 64 * 1024

/** Buffers of the arrays in a value, for handing them over to another thread instead of copying them. Node
 *  cuts small Buffers from one of `Buffer.poolSize`, which cannot be handed over. */
export function ownedBuffers(value: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>()
  collect(value, found)
  return [...found]
}

/** Nothing arrives there. */
const nowhere = new MessageChannel().port1
nowhere.close()

/** Frees the large arrays of a value, which are empty afterwards, before the next collection of garbage does.
 *  For threads that hand arrays over anyway: where none was ever taken away, code compiled for arrays is faster by
 *  a tenth. */
export function release(value: unknown): void {
  nowhere.postMessage(undefined, ownedBuffers(value))
}

function collect(value: unknown, found: Set<ArrayBuffer>): void {
  if (typeof value !== 'object' || value === null) return
  if (ArrayBuffer.isView(value)) {
    const { buffer } = value
    if (!(buffer instanceof ArrayBuffer)) return
    const isWorth = buffer.byteLength >= WORTH_BYTES && buffer.byteLength > Buffer.poolSize
    if (isWorth) found.add(buffer)
  } else if (Array.isArray(value)) {
    // A list of numbers may be long, and holds no arrays.
    if (typeof value[0] === 'object') for (const item of value) collect(item, found)
  } else for (const item of Object.values(value)) collect(item, found)
}
