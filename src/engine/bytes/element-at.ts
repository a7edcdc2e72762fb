import { QwError } from '../errors.ts'

/**
 * The element at an index that is inside by construction. A default in its place would turn a mistake
 * into a wrong answer; this throws `internal`. Loops per posting or value cast to number instead, with
 * their bounds in sight: a call that sees arrays of every type is slow there.
 */
export function elementAt<T>(list: ArrayLike<T>, index: number): T {
  const element = list[index]
  if (element === undefined) {
    throw new QwError('internal', `there is no element ${index} in a list of ${list.length}`)
  }
  return element
}
