import { QwError } from '../engine/errors.ts'
import type { ByteRange } from '../engine/ports.ts'

/** Throws `invalid` unless `range` is a whole-numbered, ordered range inside an object of `sizeBytes`. */
export function assertRange(key: string, range: ByteRange, sizeBytes: number): void {
  const { start, end } = range
  const ordered =
    Number.isSafeInteger(start) && Number.isSafeInteger(end) && 0 <= start && start <= end
  if (ordered && end <= sizeBytes) return
  const reason = ordered ? `ends past the object size_bytes=${sizeBytes}` : 'is not a range'
  throw new QwError('invalid', `read of ${key} [${start}, ${end}) ${reason}`)
}
