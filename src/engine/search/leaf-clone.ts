import { JsonFloat } from '../bytes/json.ts'
import type { LeafRequest, LeafResponse } from './leaf-request.ts'

/*
 * A leaf's request or response on its way to another thread: what structured cloning keeps, which is
 * everything in it (typed arrays, maps, sets, bigints, undefined, NaN) with two exceptions:
 *
 *   JsonFloat      would lose its class: it goes as a Number object, of which there are no others
 *   a typed array  that is part of a larger buffer would take all of it along: its part is copied
 *
 * What needs no change is not copied before it is cloned. `leaf-codec.ts` is the same for processes.
 */

/** The value to send. */
export function toCloneable(value: LeafRequest | LeafResponse): unknown {
  return replaced(value, (part) => {
    if (part instanceof JsonFloat) return Object(part.value)
    if (isPartOfBuffer(part)) return part.slice()
    return part
  })
}

export const requestFromClone = (clone: unknown): LeafRequest => fromClone(clone) as LeafRequest
export const responseFromClone = (clone: unknown): LeafResponse => fromClone(clone) as LeafResponse

/** Only what `toCloneable` made is given to it. */
function fromClone(clone: unknown): unknown {
  return replaced(clone, (part) => (part instanceof Number ? new JsonFloat(Number(part)) : part))
}

function isPartOfBuffer(part: unknown): part is Uint8Array {
  return ArrayBuffer.isView(part) && part.byteLength < part.buffer.byteLength
}

/** With each part as `change` has it; what it leaves alone stays the same object. */
function replaced(value: unknown, change: (part: unknown) => unknown): unknown {
  const changed = change(value)
  if (changed !== value || typeof value !== 'object' || value === null) return changed
  if (ArrayBuffer.isView(value) || value instanceof Set) return value
  if (Array.isArray(value)) return replacedAll(value, change) ?? value
  if (value instanceof Map) {
    const values = replacedAll([...value.values()], change)
    return values === undefined
      ? value
      : new Map([...value.keys()].map((key, i) => [key, values[i]]))
  }
  const values = replacedAll(Object.values(value), change)
  if (values === undefined) return value
  return Object.fromEntries(Object.keys(value).map((key, i) => [key, values[i]]))
}

/** Undefined: none of them changed. */
function replacedAll(
  values: readonly unknown[],
  change: (part: unknown) => unknown,
): unknown[] | undefined {
  let copy: unknown[] | undefined
  for (const [at, value] of values.entries()) {
    const changed = replaced(value, change)
    if (changed === value) continue
    copy ??= [...values]
    copy[at] = changed
  }
  return copy
}
