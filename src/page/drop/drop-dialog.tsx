import { useSignal, type Signal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { at, plainText } from '../api/exact-json.ts'
import type { RejectReason } from '../api/runs.ts'
import type { Proposal } from '../api/upload.ts'
import { formatBytes, formatCount, plural } from '../format/amount.ts'
import { visibleText } from '../format/visible.ts'
import { FailureNote } from '../search/failure-note.tsx'
import { DataTable } from '../shell/data-table.tsx'
import { approve, closeDrop, drop, isKnownIndex, propose, showDocuments } from './drop-store.ts'

/** What becomes of files that were dropped: proposed, sent, done. */
export function DropDialog() {
  const dialog = useRef<HTMLDialogElement>(null)
  const { files, step, error } = drop.value
  const isOpen = files.length > 0
  useLayoutEffect(() => {
    if (isOpen) dialog.current?.showModal()
  }, [isOpen])
  if (!isOpen) return null
  const bytes = files.reduce((sum, { size }) => sum + size, 0)
  return (
    <dialog
      ref={dialog}
      class="dialog drop-dialog"
      aria-labelledby="drop-title"
      onClose={closeDrop}
    >
      <h2 id="drop-title">Index {nameOf(files)}</h2>
      {error !== undefined && <FailureNote error={error} />}
      {step.kind === 'reading' && <p role="status">Reading its beginning …</p>}
      {step.kind === 'proposed' && (
        <ProposalForm key={step.proposal.yaml} proposal={step.proposal} />
      )}
      {step.kind === 'sending' && <Progress sentBytes={step.sentBytes} allBytes={bytes} />}
      {step.kind === 'done' && <Outcome docs={step.docs} reasons={step.reasons} />}
      {step.kind !== 'proposed' && step.kind !== 'done' && (
        <div class="dialog-end">
          <button type="button" onClick={closeDrop}>
            {step.kind === 'none' ? 'Close' : 'Stop'}
          </button>
        </div>
      )}
    </dialog>
  )
}

function nameOf(files: readonly File[]): string {
  const [first] = files
  if (first === undefined) return ''
  return files.length === 1 ? visibleText(first.name) : plural(files.length, 'file')
}

const FIELD_COLUMNS = [
  { title: 'field' },
  { title: 'type' },
  { title: 'fast' },
  { title: 'example' },
]

function ProposalForm({ proposal }: { readonly proposal: Proposal }) {
  const yaml = useSignal(proposal.yaml)
  const { indexId } = drop.value
  const isKnown = isKnownIndex(indexId)
  const submit = (event: Event): void => {
    event.preventDefault()
    approve(proposal, yaml.value)
  }
  return (
    <form onSubmit={submit}>
      <p class="facts">
        {proposal.format}
        {isKnown
          ? ` · goes into ${indexId}, whose mapping stays`
          : ` · a new index of ${plural(proposal.fields.length, 'field')}`}
      </p>
      {proposal.warnings.map((warning) => (
        <p key={warning} class="facts">
          {visibleText(warning)}
        </p>
      ))}
      <div class="drop-choices">
        <div>
          <label for="drop-index">Index</label>
          <input
            id="drop-index"
            type="text"
            class="mono"
            value={indexId}
            autocomplete="off"
            spellcheck={false}
            onChange={(event) => propose(proposal.timestampField, event.currentTarget.value.trim())}
          />
        </div>
        {!isKnown && <TimeChoice proposal={proposal} />}
      </div>
      {!isKnown && <NewMapping proposal={proposal} yaml={yaml} />}
      <div class="dialog-end">
        <button type="button" onClick={closeDrop}>
          Cancel
        </button>
        <button type="submit" class="primary">
          {isKnown ? 'Index' : 'Create and index'}
        </button>
      </div>
    </form>
  )
}

interface NewMappingProps {
  readonly proposal: Proposal
  /** As it will be sent. */
  readonly yaml: Signal<string>
}

function NewMapping({ proposal, yaml }: NewMappingProps) {
  return (
    <>
      <DataTable
        label="Proposed fields"
        columns={FIELD_COLUMNS}
        rows={proposal.fields.map(({ name, type, isFast }) => ({
          key: name,
          cells: [
            <span class="mono">{visibleText(name)}</span>,
            type,
            isFast ? 'yes' : '',
            <span class="mono clipped">{exampleOf(proposal, name)}</span>,
          ],
        }))}
      />
      <details>
        <summary>The mapping, to be changed</summary>
        <textarea
          class="mono"
          aria-label="Mapping as YAML"
          rows={16}
          spellcheck={false}
          value={yaml}
          onInput={(event) => {
            yaml.value = event.currentTarget.value
          }}
        />
      </details>
    </>
  )
}

function TimeChoice({ proposal }: { readonly proposal: Proposal }) {
  const { timestampCandidates, timestampField } = proposal
  return (
    <div>
      <label for="drop-time">Time</label>
      <select
        id="drop-time"
        value={timestampField ?? 'none'}
        onChange={(event) => propose(event.currentTarget.value)}
      >
        {timestampCandidates.map((name) => (
          <option key={name} value={name}>
            {visibleText(name)}
          </option>
        ))}
        <option value="none">none</option>
      </select>
    </div>
  )
}

/** The first value of a field among the documents that were read. */
function exampleOf({ sample }: Proposal, name: string): string {
  for (const document of sample) {
    const value = at(document, name)
    if (value !== undefined && value !== null) return visibleText(plainText(value))
  }
  return ''
}

function Progress({
  sentBytes,
  allBytes,
}: {
  readonly sentBytes: number
  readonly allBytes: number
}) {
  const isSent = sentBytes >= allBytes
  return (
    <>
      <progress aria-label="Sent" max={Math.max(1, allBytes)} value={sentBytes} />
      <p role="status" class="facts">
        {isSent ? 'Indexing …' : `${formatBytes(sentBytes)} of ${formatBytes(allBytes)} sent`}
      </p>
    </>
  )
}

const REASON_COLUMNS = [
  { title: 'rejected', isNumber: true },
  { title: 'reason' },
  { title: 'example' },
]

interface OutcomeProps {
  readonly docs: number
  readonly reasons: readonly RejectReason[]
}

function Outcome({ docs, reasons }: OutcomeProps) {
  const rejected = reasons.reduce((sum, { count }) => sum + count, 0)
  return (
    <>
      <p role="status">
        {plural(docs, 'document')} indexed, {formatCount(rejected)} rejected and kept to be tried
        again.
      </p>
      <DataTable
        label="Why documents were rejected"
        columns={REASON_COLUMNS}
        rows={reasons.map(({ count, reason, example }, index) => ({
          key: String(index),
          cells: [
            formatCount(count),
            visibleText(reason),
            <span class="mono clipped">{visibleText(example)}</span>,
          ],
        }))}
      />
      <div class="dialog-end">
        <button type="button" class="primary" onClick={showDocuments}>
          Show the documents
        </button>
      </div>
    </>
  )
}
