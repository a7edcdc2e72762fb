import { computed, signal } from '@preact/signals'
import type { Interval } from '../time/range.ts'
import { readSpec, specDrawing } from '../aggregate/spec.ts'
import { indexFacts } from '../state/catalog.ts'
import { viewState } from '../state/store.ts'
import type { CommandDrawing } from './command-line.ts'

/** Width of the buckets of the aggregate view, once it is known. */
export const aggregateInterval = signal<Interval>({ ms: 3_600_000, text: '1h' })

/** What the aggregate view draws; undefined for views of documents. */
export const drawingOfView = computed((): CommandDrawing | undefined => {
  const { view, aggs } = viewState.value
  if (view !== 'aggregate') return undefined
  return specDrawing(readSpec(aggs), {
    timestampField: indexFacts.value?.mapping.timestampField,
    interval: aggregateInterval.value.text,
  })
})
