import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { DropDialog } from './drop-dialog.tsx'
import { takeFiles } from './drop-store.ts'

/** The whole page takes files that are dropped on it. */
export function DropTarget() {
  const isOver = useSignal(false)
  useEffect(() => {
    const hasFiles = (event: DragEvent): boolean =>
      event.dataTransfer?.types.includes('Files') ?? false
    const onOver = (event: DragEvent): void => {
      if (!hasFiles(event)) return
      // Else the browser opens the file in place of the page.
      event.preventDefault()
      isOver.value = true
    }
    const onLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) isOver.value = false
    }
    const onDrop = (event: DragEvent): void => {
      isOver.value = false
      if (!hasFiles(event)) return
      event.preventDefault()
      takeFiles([...(event.dataTransfer?.files ?? [])])
    }
    addEventListener('dragover', onOver)
    addEventListener('dragleave', onLeave)
    addEventListener('drop', onDrop)
    return () => {
      removeEventListener('dragover', onOver)
      removeEventListener('dragleave', onLeave)
      removeEventListener('drop', onDrop)
    }
  }, [isOver])
  return (
    <>
      {isOver.value && <p class="drop-over">Drop to index</p>}
      <DropDialog />
    </>
  )
}

/** The same for those who drop nothing: keyboards and phones. */
export function AddFileButton() {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <button type="button" onClick={() => input.current?.click()}>
        Add file …
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="Files to index"
        onChange={(event) => {
          takeFiles([...(event.currentTarget.files ?? [])])
          // The same file may be chosen again.
          event.currentTarget.value = ''
        }}
      />
    </>
  )
}
