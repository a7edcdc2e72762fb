import type { RejectReason } from '../engine/indexing/rejects.ts'

/** Why documents were rejected, as the API and the command line tell it. */
export function reasonJson({ count, path, kind, reason, example, firstLine }: RejectReason) {
  return {
    count,
    field: path ?? null,
    kind,
    reason,
    example: example ?? null,
    first_line: firstLine,
  }
}
