import { useSignal } from '@preact/signals'
import { at, numberOf, type Json } from '../api/exact-json.ts'
import {
  changeRetention,
  cleanUp,
  deleteIndex,
  emptyIndex,
  mergeSplits,
  type IndexSetup,
} from '../api/index-admin.ts'
import { formatBytes, plural } from '../format/amount.ts'
import { ConfirmDialog } from '../shell/confirm-dialog.tsx'
import { useDeed, type Deed } from '../state/answer.ts'
import { navigate } from '../state/store.ts'
import { DeedNote } from './deed-note.tsx'

interface UpkeepPanelProps {
  readonly setup: IndexSetup
  readonly onChange: () => void
}

/** What does not come back, as a person is asked about it. */
interface Danger {
  readonly title: string
  readonly meaning: string
  readonly action: string
  readonly work: (signal: AbortSignal) => Promise<string>
}

/** Merging, cleaning up, retention, and the ways to lose documents, which ask for the name. */
export function UpkeepPanel({ setup, onChange }: UpkeepPanelProps) {
  const deed = useDeed()
  const danger = useSignal<Danger | undefined>(undefined)
  const ask = (asked: Danger): void => {
    danger.value = asked
  }
  const { id } = setup
  return (
    <section class="panel" aria-labelledby="upkeep">
      <h2 id="upkeep">Upkeep</h2>
      <RetentionForm setup={setup} deed={deed} ask={ask} onChange={onChange} />
      <div class="buttons">
        <button
          type="button"
          disabled={deed.isRunning}
          onClick={() => deed.run(async (signal) => await merged(id, signal, onChange))}
        >
          Merge splits
        </button>
        <button
          type="button"
          disabled={deed.isRunning}
          onClick={() => deed.run(async (signal) => cleanedText(await cleanUp(id, true, signal)))}
        >
          What would clean-up delete?
        </button>
        {dangersOf(setup, onChange).map((each) => (
          <button
            key={each.title}
            type="button"
            class="danger-quiet"
            disabled={deed.isRunning}
            onClick={() => ask(each)}
          >
            {each.action} …
          </button>
        ))}
      </div>
      <DeedNote deed={deed} />
      {danger.value !== undefined && (
        <ConfirmDialog
          title={danger.value.title}
          name={id}
          action={danger.value.action}
          onConfirm={() => {
            if (danger.value !== undefined) deed.run(danger.value.work)
          }}
          onClose={() => {
            danger.value = undefined
          }}
        >
          {danger.value.meaning}
        </ConfirmDialog>
      )}
    </section>
  )
}

function dangersOf({ id }: IndexSetup, onChange: () => void): Danger[] {
  return [
    {
      title: `Clean up ${id}`,
      meaning: 'Splits past their retention, and those that merges have replaced, go for good.',
      action: 'Clean up',
      work: async (signal) => {
        const said = cleanedText(await cleanUp(id, false, signal))
        onChange()
        return said
      },
    },
    {
      title: `Empty ${id}`,
      meaning: 'Every document goes for good; the mapping stays.',
      action: 'Empty',
      work: async (signal) => {
        await emptyIndex(id, signal)
        onChange()
        return `${id} is empty.`
      },
    },
    {
      title: `Delete ${id}`,
      meaning: 'The index goes for good, with every document and its mapping.',
      action: 'Delete',
      work: async (signal) => {
        await deleteIndex(id, signal)
        navigate({ index: '', columns: [], by: undefined, doc: undefined }, 'replace')
        onChange()
        return `${id} is gone.`
      },
    },
  ]
}

async function merged(id: string, signal: AbortSignal, onChange: () => void): Promise<string> {
  const answer = await mergeSplits(id, signal)
  onChange()
  const count = numberOf(at(answer, 'merges'))
  if (count === 0) return 'There is nothing to merge.'
  const splits = plural(numberOf(at(answer, 'splits_merged')), 'split')
  return `${splits} merged in ${plural(count, 'merge')}.`
}

function cleanedText(answer: Json): string {
  const count = (name: string): number => numberOf(at(answer, name))
  const would = at(answer, 'dry_run') === true ? 'would be ' : ''
  return `${plural(count('splits_expired'), 'split')} past retention, ${plural(count('splits_deleted'), 'replaced split')} and ${plural(count('orphans_deleted'), 'left-over object')} ${would}deleted: ${formatBytes(count('bytes_freed') + count('bytes_expired'))}.`
}

interface RetentionFormProps extends UpkeepPanelProps {
  readonly deed: Deed
  readonly ask: (danger: Danger) => void
}

function RetentionForm({ setup, deed, ask, onChange }: RetentionFormProps) {
  const period = useSignal(setup.retention ?? '')
  const submit = (event: Event): void => {
    event.preventDefault()
    const wanted = period.value.trim()
    const work = async (signal: AbortSignal): Promise<string> => {
      await changeRetention(setup, wanted === '' ? undefined : wanted, signal)
      onChange()
      return wanted === '' ? 'Documents are kept for ever.' : `Documents are kept for ${wanted}.`
    }
    if (wanted === '') deed.run(work)
    else {
      ask({
        title: `Keep documents of ${setup.id} for ${wanted}`,
        meaning: 'Documents that are older go for good with the next clean-up.',
        action: 'Change',
        work,
      })
    }
  }
  return (
    <form class="inline-form" onSubmit={submit}>
      <label for="retention">Keep documents for</label>
      <input
        id="retention"
        type="text"
        placeholder="ever"
        size={10}
        value={period}
        onInput={(event) => {
          period.value = event.currentTarget.value
        }}
      />
      <button type="submit" disabled={deed.isRunning}>
        Change
      </button>
    </form>
  )
}
