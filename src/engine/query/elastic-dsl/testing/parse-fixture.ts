import { parseJson, type JsonValue } from '../../../bytes/json.ts'
import { isQwError, type QwError } from '../../../errors.ts'
import type { QueryAst } from '../../query-ast.ts'
import { parseElasticQuery } from '../parse-elastic-query.ts'

// A Wednesday.
const nowMs = Date.UTC(2024, 4, 15, 13, 45)

/** The clause of a JSON text, read at a fixed `now`. */
export const parse = (json: string): QueryAst => parseElasticQuery(parseJson(json), { nowMs })

/** The error that parsing fails with; throws when there is none. */
export function failure(json: string | JsonValue): QwError {
  try {
    parseElasticQuery(typeof json === 'string' ? parseJson(json) : json, { nowMs })
  } catch (error) {
    if (isQwError(error)) return error
    throw error
  }
  throw new Error('no error')
}
