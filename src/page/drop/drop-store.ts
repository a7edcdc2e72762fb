import { signal } from '@preact/signals'
import type { RejectReason } from '../api/runs.ts'
import { createIndex, proposeMapping, uploadFile, type Proposal } from '../api/upload.ts'
import { asError } from '../state/answer.ts'
import { indexes, loadCatalog } from '../state/catalog.ts'
import { navigate } from '../state/store.ts'
import { indexIdOf } from './index-id.ts'

type DropStep =
  | { readonly kind: 'none' }
  | { readonly kind: 'reading' }
  | { readonly kind: 'proposed'; readonly proposal: Proposal }
  | { readonly kind: 'sending'; readonly sentBytes: number }
  | { readonly kind: 'done'; readonly docs: number; readonly reasons: readonly RejectReason[] }

/** What was dropped, and how far it is. */
interface Drop {
  readonly files: readonly File[]
  readonly indexId: string
  readonly step: DropStep
  readonly error: Error | undefined
}

const NOTHING: Drop = { files: [], indexId: '', step: { kind: 'none' }, error: undefined }

export const drop = signal<Drop>(NOTHING)
let control = new AbortController()

function change(part: Partial<Drop>): void {
  drop.value = { ...drop.value, ...part }
}

/** Reads the beginning of the first file and proposes a mapping. */
export function takeFiles(files: readonly File[]): void {
  const [first] = files
  // Another drop while files are on their way would lose them.
  if (first === undefined || drop.value.step.kind === 'sending') return
  closeDrop()
  drop.value = { ...NOTHING, files, indexId: indexIdOf(first.name) }
  propose(undefined)
}

/** Another index, or another field as the time. */
export function propose(timestampField: string | undefined, indexId = drop.value.indexId): void {
  const [first] = drop.value.files
  if (first === undefined) return
  const { step } = drop.value
  change({ indexId, error: undefined, step: { kind: 'reading' } })
  attempt(async (wanted) => {
    const proposal = await proposeMapping(first, { indexId, timestampField }, wanted)
    return () => change({ step: { kind: 'proposed', proposal } })
  }, step)
}

export function isKnownIndex(indexId: string): boolean {
  return indexes.value?.some(({ id }) => id === indexId) ?? false
}

/** Creates the index where there is none, sends the files one after the other, and shows the hits. */
export function approve({ format }: Proposal, yaml: string): void {
  const { files, indexId, step } = drop.value
  change({ error: undefined, step: { kind: 'sending', sentBytes: 0 } })
  attempt(async (wanted) => {
    if (!isKnownIndex(indexId)) await createIndex(yaml, wanted)
    let docs = 0
    let doneBytes = 0
    const reasons: RejectReason[] = []
    for (const file of files) {
      const onProgress = (sent: number): void =>
        change({ step: { kind: 'sending', sentBytes: doneBytes + sent } })
      const result = await uploadFile({ index: indexId, file, format, onProgress }, wanted)
      docs += result.docs
      doneBytes += file.size
      reasons.push(...result.reasons)
    }
    await loadCatalog()
    return () => {
      if (reasons.length === 0) showDocuments()
      else change({ step: { kind: 'done', docs, reasons } })
    }
  }, step)
}

/** The newest documents of the index that was written to. */
export function showDocuments(): void {
  const index = drop.value.indexId
  closeDrop()
  navigate({
    view: 'search',
    index,
    query: '',
    from: undefined,
    to: undefined,
    columns: [],
    by: undefined,
    doc: undefined,
  })
}

/** Gives up what is under way. */
export function closeDrop(): void {
  control.abort()
  control = new AbortController()
  drop.value = NOTHING
}

/** What fails leads back to a step, with its error shown there. */
function attempt(work: (signal: AbortSignal) => Promise<() => void>, back: DropStep): void {
  control.abort()
  control = new AbortController()
  const { signal: mine } = control
  const settle = async (): Promise<void> => {
    try {
      const show = await work(mine)
      if (!mine.aborted) show()
    } catch (error) {
      if (mine.aborted) return
      await loadCatalog()
      change({ error: asError(error), step: back })
    }
  }
  void settle()
}
