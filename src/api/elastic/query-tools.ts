import type { Context, Hono } from 'hono'
import type { JsonObject } from '../../engine/bytes/json.ts'
import { isQwError, QwError } from '../../engine/errors.ts'
import { buildFieldTable } from '../../engine/schema/field-table.ts'
import { TOKENIZER_OF_ANALYZER, tokenizerNamed } from '../../engine/query/elastic-dsl/analyzers.ts'
import { planSearch, type SearchContext } from '../../engine/search/root.ts'
import { newTokenBuffer } from '../../engine/text/token-buffer.ts'
import type { Tokenizer } from '../../engine/text/tokenizer.ts'
import { tokenizerRegistry } from '../../engine/text/tokenizer-registry.ts'
import { messageWithFix } from '../api-error.ts'
import { loadIndex } from '../index-patterns.ts'
import { readOptionalJsonObject } from '../request-body.ts'
import { RequestFields } from '../request-fields.ts'
import { withTimeout } from '../run-search.ts'
import { elasticReply, pathPatterns, urlFields } from './request-parts.ts'
import { allDone, noEffect, type OptionTable } from './options/option.ts'
import { COUNT_URL } from './options/search-options.ts'
import { readSearchParams } from './search-params.ts'
import { countRequestOf } from './search-request.ts'

/** What a text becomes and whether a query is understood, for people who write mappings and queries. */
export function addQueryToolRoutes(app: Hono, search: SearchContext): void {
  for (const path of ['/_analyze', '/:index/_analyze']) {
    app.on(['GET', 'POST'], path, (c) => answerAnalyze(c, search))
  }
  for (const path of ['/_validate/query', '/:index/_validate/query']) {
    app.on(['GET', 'POST'], path, (c) => answerValidate(c, search))
  }
}

const ANALYZE_KEYS = ['text', 'analyzer', 'tokenizer', 'field', 'index']

async function answerAnalyze(c: Context, search: SearchContext): Promise<Response> {
  const query = new URL(c.req.url).searchParams
  urlFields(c, ANALYZE_KEYS)
  const body = await readOptionalJsonObject(c.req.raw)
  const asked = new URLSearchParams([...query].filter(([name]) => ANALYZE_KEYS.includes(name)))
  const fields = RequestFields.fromUrl(asked, ANALYZE_KEYS, body)
  const raw = fields.raw('text')
  const texts = Array.isArray(raw) ? raw : [raw]
  const tokenizer = await tokenizerFor(c.req.param('index') ?? fields.text('index'), fields, search)
  const tokens = texts.flatMap((text) => {
    if (typeof text !== 'string') throw fields.wrong('text', 'a string or an array of strings')
    return tokensOf(text, tokenizer)
  })
  return elasticReply({ tokens: tokens.map((token, position) => ({ ...token, position })) })
}

/** That of the named field, or the named one, in Elasticsearch's words or in those of an index config. */
async function tokenizerFor(
  index: string | undefined,
  fields: RequestFields,
  { metastore }: SearchContext,
): Promise<Tokenizer> {
  const mapping =
    index === undefined ? undefined : (await loadIndex(metastore, index)).metadata.config.docMapping
  const field = fields.text('field')
  let name = fields.text('analyzer') ?? fields.text('tokenizer') ?? 'standard'
  if (field !== undefined) {
    const known = mapping === undefined ? undefined : buildFieldTable(mapping).resolve(field)
    if (known === undefined) {
      throw new QwError('invalid', `\`field\` needs an index that has it: ${field}`, {
        fix: 'ask /<index>/_analyze, or name a tokenizer',
      })
    }
    if (known.terms !== undefined && known.type === 'str') return known.terms.tokenizer
    name = 'keyword'
  }
  const registry = tokenizerRegistry(mapping?.tokenizers ?? [])
  const found = registry.get(name) ?? registry.get(tokenizerNamed(name))
  if (found !== undefined) return found
  throw new QwError('invalid', `there is no analyzer \`${name}\``, {
    fix: `choose from ${[...Object.keys(TOKENIZER_OF_ANALYZER), ...registry.names()].join(', ')}`,
  })
}

/** Offsets are of UTF-16 units, as Elasticsearch counts. */
function tokensOf(text: string, tokenizer: Tokenizer): JsonObject[] {
  const buffer = newTokenBuffer()
  tokenizer.tokenize(text, buffer)
  return Array.from({ length: buffer.count }, (_, i) => {
    const start = buffer.starts[i] ?? 0
    const end = buffer.ends[i] ?? start
    return { token: buffer.terms[i] ?? '', start_offset: start, end_offset: end, type: 'word' }
  })
}

const VALIDATE_URL: OptionTable = {
  ...COUNT_URL,
  ...allDone('explain'),
  all_shards: noEffect('a query is understood once for all splits'),
  rewrite: noEffect('the explanation is of the query as it runs'),
}

/** By planning the search, which binds the query to the fields of the indexes and reads no split. */
async function answerValidate(c: Context, search: SearchContext): Promise<Response> {
  const fields = urlFields(c, VALIDATE_URL)
  const body = await readOptionalJsonObject(c.req.raw)
  const explain = fields.oneOf('explain', ['', 'true', 'false']) ?? 'false'
  const shards = { total: 1, successful: 1, failed: 0 }
  try {
    const params = readSearchParams(fields, search.clock.nowMs())
    const request = countRequestOf(pathPatterns(c), params, body)
    const plan = await withTimeout(c.req.raw.signal, (signal) =>
      planSearch({ ...request, maxHits: 0 }, search, signal),
    )
    const explanation = { index: c.req.param('index') ?? '_all', valid: true }
    const explanations = [{ ...explanation, explanation: JSON.stringify(plan.query) }]
    return elasticReply({
      _shards: shards,
      valid: true,
      ...(explain === 'false' ? {} : { explanations }),
    })
  } catch (error) {
    if (!isQwError(error, 'invalid') || error.code === 'REQUEST-PARAM') throw error
    return elasticReply({ _shards: shards, valid: false, error: messageWithFix(error) })
  }
}
