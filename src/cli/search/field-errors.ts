import { isJsonObject, type JsonValue } from '../../engine/bytes/json.ts'
import { QwError } from '../../engine/errors.ts'
import type { FieldFacts, IndexFacts } from '../stack/index-facts.ts'

/**
 * The API's refusal of a field that has no column, with the mapping line to change; any other error
 * as it is.
 */
export function explainField(
  error: unknown,
  fields: readonly string[],
  facts: IndexFacts | undefined,
): unknown {
  if (!(error instanceof QwError) || error.code !== 'QUERY-SCHEMA') return error
  const slow = facts?.fields.find((field) => !field.fast && fields.includes(field.path))
  return slow === undefined || facts === undefined ? error : notFast(slow, facts.indexId, error)
}

function notFast(field: FieldFacts, indexId: string, cause: QwError): QwError {
  const name = field.path.split(/(?<!\\)\./).at(-1) ?? field.path
  return new QwError(
    'invalid',
    `\`${field.path}\` is not a fast field, so it cannot be sorted or aggregated`,
    {
      code: 'AGG-NOTFAST',
      why: `only fast fields keep their values by document; ${indexId} maps \`${field.path}\` without one`,
      fix: [
        'add the last line to the mapping, for documents indexed from then on:',
        `- name: ${name}`,
        `  type: ${field.type}`,
        '  fast: true',
      ].join('\n'),
      cause,
    },
  )
}

/** Every `field` that an aggregation request names. */
export function aggregatedFields(aggs: JsonValue | undefined): string[] {
  if (Array.isArray(aggs)) return aggs.flatMap(aggregatedFields)
  if (!isJsonObject(aggs)) return []
  return Object.entries(aggs).flatMap(([key, value]) =>
    key === 'field' && typeof value === 'string' ? [value] : aggregatedFields(value),
  )
}
