import { type DeleteTask, pendingTasks } from './delete-task.ts'
import { type IndexFile, publishedSplits } from './index-metadata.ts'
import type { SplitRecord } from './split-record.ts'

/** The tasks after a split was written anew or dropped: `erasedDocCounts` are the documents that went for
 *  each, by its opstamp. */
export function countErased(
  tasks: readonly DeleteTask[],
  erasedDocCounts: ReadonlyMap<number, number>,
  { old, isDropped }: { readonly old: SplitRecord; readonly isDropped: boolean },
): readonly DeleteTask[] {
  return tasks.map((task) => {
    const erased = erasedDocCounts.get(task.opstamp) ?? 0
    if (erased === 0) return task
    return {
      ...task,
      erasedDocCount: task.erasedDocCount + erased,
      rewrittenSplitCount: task.rewrittenSplitCount + (isDropped ? 0 : 1),
      droppedSplitCount: task.droppedSplitCount + (isDropped ? 1 : 0),
      erasedSplitBytes: task.erasedSplitBytes + old.footer.end,
    }
  })
}

/** Tasks up to the number given with a split found nothing in it. */
export function applyUntouched(
  file: IndexFile,
  opstamps: ReadonlyMap<string, number>,
  nowMs: number,
): IndexFile {
  let isChanged = false
  const splits = file.splits.map((split) => {
    const opstamp = opstamps.get(split.splitId) ?? 0
    if (split.state !== 'Published' || opstamp <= split.deleteOpstamp) return split
    isChanged = true
    return { ...split, deleteOpstamp: opstamp }
  })
  return finishTasks(isChanged ? { ...file, splits } : file, nowMs)
}

/** Tasks that concern no published split any more are finished. */
export function finishTasks(file: IndexFile, nowMs: number): IndexFile {
  const oldest = publishedSplits(file).reduce(
    (least, { deleteOpstamp }) => Math.min(least, deleteOpstamp),
    Infinity,
  )
  if (!pendingTasks(file).some(({ opstamp }) => opstamp <= oldest)) return file
  const deleteTasks = file.deleteTasks.map((task) =>
    task.finishedMs === undefined && task.opstamp <= oldest
      ? { ...task, finishedMs: Math.floor(nowMs) }
      : task,
  )
  return { ...file, deleteTasks }
}
