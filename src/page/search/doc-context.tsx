import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { plainText } from '../api/exact-json.ts'
import { indexFacts } from '../state/catalog.ts'
import { viewState } from '../state/store.ts'
import { neighbours, showDoc } from './doc-store.ts'
import { FailureNote } from './failure-note.tsx'
import { cellText } from './flatten.ts'
import { shownTime } from './shown-time.ts'
import type { Hit } from './search-request.ts'
import { flatHit } from './shown-columns.ts'

/** Documents of one step in either direction. */
const STEP = 10

/** What was written just before and after a document, whatever the query. */
export function DocContext({ hit }: { readonly hit: Hit }) {
  const before = useSignal<readonly Hit[]>([])
  const after = useSignal<readonly Hit[]>([])
  const failure = useSignal<Error | undefined>(undefined)
  const index = indexFacts.value

  const more = async (side: 'before' | 'after', signal: AbortSignal): Promise<void> => {
    if (index === undefined) return
    const list = side === 'before' ? before : after
    try {
      const from = list.value.at(-1) ?? hit
      const found = await neighbours(index, from, side, { count: STEP, signal })
      if (!signal.aborted) list.value = [...list.value, ...found]
    } catch (error) {
      if (!signal.aborted) failure.value = error instanceof Error ? error : new Error(String(error))
    }
  }
  useEffect(() => {
    const control = new AbortController()
    before.value = []
    after.value = []
    void more('before', control.signal)
    void more('after', control.signal)
    return () => control.abort()
  }, [hit.address])

  const never = new AbortController().signal
  return (
    <div class="doc-context">
      {failure.value !== undefined && <FailureNote error={failure.value} />}
      <button type="button" class="quiet" onClick={() => void more('after', never)}>
        {STEP} later
      </button>
      <ol aria-label="Documents around this one">
        {after.value.toReversed().map((each) => (
          <Neighbour key={each.address} hit={each} />
        ))}
        <li aria-current="true">
          <Line hit={hit} />
        </li>
        {before.value.map((each) => (
          <Neighbour key={each.address} hit={each} />
        ))}
      </ol>
      <button type="button" class="quiet" onClick={() => void more('before', never)}>
        {STEP} earlier
      </button>
    </div>
  )
}

function Neighbour({ hit }: { readonly hit: Hit }) {
  return (
    <li>
      <button type="button" onClick={() => showDoc(hit)}>
        <Line hit={hit} />
      </button>
    </li>
  )
}

function Line({ hit }: { readonly hit: Hit }) {
  return (
    <>
      <span class="soft">{shownTime(hit, viewState.value.tz)}</span> {lineOf(hit)}
    </>
  )
}

/** A document in a line: the values of its fields, without the time. */
function lineOf(hit: Hit): string {
  const timestamp = indexFacts.value?.mapping.timestampField
  const values = [...flatHit(hit)].filter(([path]) => path !== timestamp)
  return cellText(values.map(([, value]) => plainText(value)).join(' '))
}
