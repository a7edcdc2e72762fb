import type { IndexFacts } from '../api/indexes.ts'
import { FailureNote } from '../search/failure-note.tsx'
import { QueryBox } from '../search/query-box.tsx'
import { useAnswer } from '../state/answer.ts'
import { indexFacts } from '../state/catalog.ts'
import { navigate, viewState } from '../state/store.ts'
import { wishKey } from '../state/wish.ts'
import { AggregateForm } from './aggregate-form.tsx'
import { askAggregate } from './aggregate-request.ts'
import { AggregateTable } from './aggregate-table.tsx'
import { missingChoice, readSpec, writeSpec } from './spec.ts'

/** Numbers about groups of documents, as a table and a picture. */
export function AggregateView() {
  const index = indexFacts.value
  return index === undefined ? null : <AggregateOf key={index.id} index={index} />
}

function AggregateOf({ index }: { readonly index: IndexFacts }) {
  const spec = readSpec(viewState.value.aggs)
  const missing = missingChoice(spec)
  const key = JSON.stringify([wishKey(index), spec])
  const answer = useAnswer(key, (signal) =>
    missing === undefined ? askAggregate(index, spec, signal) : Promise.resolve(undefined),
  )
  const { value } = answer
  return (
    <section class="aggregate" aria-label="Aggregate">
      <QueryBox
        isRunning={answer.isRunning}
        error={answer.error}
        onAgain={answer.again}
        onStop={answer.stop}
      />
      <AggregateForm
        spec={spec}
        hasTime={index.mapping.timestampField !== undefined}
        onChange={(change) => navigate({ aggs: writeSpec({ ...spec, ...change }) })}
      />
      {answer.error !== undefined && (
        <FailureNote error={answer.error} query={viewState.value.query.trim()} />
      )}
      <div class="aggregate-body">
        {missing !== undefined && <p class="soft">{missing}</p>}
        {missing === undefined && value === undefined && answer.error === undefined && (
          <p class="soft">{answer.isRunning ? 'Computing …' : 'Stopped'}</p>
        )}
        {value !== undefined && <AggregateTable spec={spec} result={value} />}
      </div>
    </section>
  )
}
