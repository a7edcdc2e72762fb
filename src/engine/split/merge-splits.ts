import type { BuiltSplit, SplitBuilderSettings } from './split-builder.ts'

/** One split with the documents of `inputs` (whole split files) in that order: what building from the same documents
 *  would decode to. Stored document blocks are copied as they are. Throws `corrupt`. */
export function mergeSplits(
  inputs: readonly Uint8Array[],
  settings: Pick<SplitBuilderSettings, 'timestampPath' | 'tagPaths'>,
): Promise<BuiltSplit> {
  return Promise.reject(new Error(`not written yet ${inputs.length} ${settings.tagPaths.length}`))
}
