import type { CopyProgress, CopyResult } from '../../engine/indexing/copy-index.ts'
import type { CliContext } from '../command/context.ts'
import { formatBytes, plural } from '../format/number.ts'

/** Runs a copy as a phase with its bytes, and says how much was there already. */
export async function showCopy(
  { report, signal }: CliContext,
  title: string,
  copy: (onProgress: (progress: CopyProgress) => void) => Promise<CopyResult>,
): Promise<CopyResult> {
  const phase = report.phase(title)
  try {
    const result = await copy(({ doneBytes, totalBytes, doneSplitCount }) =>
      phase.progress({
        done: doneBytes,
        total: totalBytes,
        unit: 'bytes',
        detail: plural(doneSplitCount, 'split'),
      }),
    )
    const found = result.foundSplitCount
    phase.succeed(
      `Copied ${plural(result.copiedSplitCount, 'split')}, ${formatBytes(result.copiedBytes)}${found === 0 ? '' : `; ${plural(found, 'split')} had been copied before`}`,
    )
    return result
  } catch (error) {
    phase.fail()
    if (signal.aborted) report.note('Stopped. The same command goes on from here.')
    throw error
  }
}
