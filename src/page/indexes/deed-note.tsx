import { FailureNote } from '../search/failure-note.tsx'
import type { Deed } from '../state/answer.ts'

/** What came of something that a person did. */
export function DeedNote({ deed }: { readonly deed: Deed }) {
  return (
    <>
      <p class="facts" role="status">
        {deed.isRunning ? 'Working …' : (deed.said ?? '')}
      </p>
      {deed.error !== undefined && <FailureNote error={deed.error} />}
    </>
  )
}
