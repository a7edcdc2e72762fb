import { parseJson, stringifyJson } from '../../../src/engine/bytes/json.ts'
import { bindQuery } from '../../../src/engine/query/bind.ts'
import { parseElasticQuery } from '../../../src/engine/query/elastic-dsl/parse-elastic-query.ts'
import { parseQueryString } from '../../../src/engine/query/query-string.ts'
import { parseIndexConfig, yamlOfConfig } from '../../../src/engine/schema/config-text.ts'
import { buildSchema } from '../../../src/engine/schema/schema.ts'
import { serializeIndexConfig } from '../../../src/engine/schema/serialize-config.ts'
import { CLAUSES, CONFIG_YAML, CONFIGS, QUERIES } from './corpus.ts'
import type { Draw } from './draw.ts'

const SCHEMA = buildSchema(parseIndexConfig(CONFIG_YAML))
const NOW_MS = Date.UTC(2024, 4, 15)

/** Each gives true where it was understood to the end. */
export function tryConfig(draw: Draw, isAsIs: boolean): boolean {
  const config = draw.of(CONFIGS)
  const changed = isAsIs ? config : draw.json(config, CONFIGS)
  const text = draw.chance(0.5) ? stringifyJson(changed) : yamlOfConfig(changed)
  const parsed = parseIndexConfig(
    !isAsIs && draw.chance(0.3) ? draw.text(text, [CONFIG_YAML]) : text,
  )
  buildSchema(parsed)
  serializeIndexConfig(parsed)
  return true
}

export function tryQuery(draw: Draw, isAsIs: boolean): boolean {
  const [query, other] = [draw.of(QUERIES), draw.of(QUERIES)]
  const joined = draw.chance(0.3) ? `(${query}) OR ${other}` : query
  const text = isAsIs ? joined : draw.text(joined, QUERIES)
  const ast = parseQueryString(text, { defaultOperator: draw.of(['and', 'or']) })
  bindQuery(ast, SCHEMA)
  return true
}

export function tryClause(draw: Draw, isAsIs: boolean): boolean {
  const clause = draw.of(CLAUSES)
  const changed = isAsIs ? clause : draw.json(clause, CLAUSES)
  const text = stringifyJson(changed)
  const isTextChanged = !isAsIs && draw.chance(0.2)
  const json = parseJson(isTextChanged ? draw.text(text, QUERIES) : text)
  bindQuery(parseElasticQuery(json, { nowMs: NOW_MS }), SCHEMA)
  return true
}
