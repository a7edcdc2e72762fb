import type { ModelDoc, ModelField, ModelValue } from './model.ts'

export type Json = { [key: string]: unknown }

/** A result of adding floats: right within a billionth of what was added up. */
export class Sum {
  readonly value: number | null
  readonly scale: number

  constructor(value: number | null, scale: number) {
    this.value = value
    this.scale = scale
  }
}

/** An aggregation as JSON and as what it gives for some documents, worked out one document at a time. */
export interface ModelAggregation {
  readonly request: Json
  result(docs: readonly ModelDoc[]): Json
}

export type ModelAggregations = ReadonlyMap<string, ModelAggregation>

export function requestOf(aggregations: ModelAggregations): Json {
  return Object.fromEntries([...aggregations].map(([name, { request }]) => [name, request]))
}

export function resultOf(aggregations: ModelAggregations, docs: readonly ModelDoc[]): Json {
  return Object.fromEntries(
    [...aggregations].map(([name, aggregation]) => [name, aggregation.result(docs)]),
  )
}

/** All values of the field, document by document. */
export function valuesIn(docs: readonly ModelDoc[], field: ModelField): ModelValue[] {
  return docs.flatMap((doc) => doc.get(field.path) ?? [])
}
