import type { JsonValue } from '../../bytes/json.ts'
import type { QueryAst } from '../query-ast.ts'

/** The `query` object of an Elasticsearch body. Throws `invalid` (QUERY-SYNTAX) naming the path of the
 *  offending key, `tooLarge` past a limit of limits.ts. */
export function parseElasticQuery(json: JsonValue): QueryAst {
  throw new Error(`not written yet ${typeof json}`)
}
