import { elementAt } from '../engine/bytes/element-at.ts'
import type { Hono } from 'hono'
import type { JsonObject, JsonValue } from '../engine/bytes/json.ts'
import { QwError } from '../engine/errors.ts'
import type { QueryAst } from '../engine/query/query-ast.ts'
import { parseQueryString } from '../engine/query/query-string.ts'
import { readConfigValue } from '../engine/schema/read-config.ts'
import { newTokenBuffer } from '../engine/text/token-buffer.ts'
import type { Tokenizer } from '../engine/text/tokenizer.ts'
import { tokenizerRegistry } from '../engine/text/tokenizer-registry.ts'
import { jsonReply } from './reply.ts'
import { decodeError, readJsonObject } from './request-body.ts'
import { RequestFields } from './request-fields.ts'
import { asQwError } from './api-error.ts'

/** What a query or a tokenizer makes of a text, without any index. */
export function addParsingRoutes(app: Hono): void {
  app.post('/analyze', async (c) => {
    const { text, ...tokenizer } = await readJsonObject(c.req.raw)
    if (typeof text !== 'string') throw decodeError('`text` has to be a string')
    return jsonReply(tokensOf(text, tokenizerOf(tokenizer)), 'pretty_json')
  })
  app.post('/parse-query', async (c) => {
    const fields = RequestFields.fromJson(await readJsonObject(c.req.raw), [
      'query',
      'search_field',
    ])
    const query = fields.text('query')
    if (query === undefined) throw decodeError('missing field `query`')
    const searchField = fields.list('search_field')
    return jsonReply(astJson(parse(query, searchField)), 'pretty_json')
  })
}

/** A syntax error is a 500 here, unlike anywhere else: clients of Quickwit know it so. */
function parse(query: string, searchField: readonly string[]): QueryAst {
  try {
    return parseQueryString(query, {
      defaultOperator: 'and',
      ...(searchField.length === 0 ? {} : { defaultFields: searchField }),
    })
  } catch (cause) {
    const { message, position, length, fix } = asQwError(cause)
    const facts = { position, length, fix, cause }
    throw new QwError('invalid', message, { code: 'PARSE-QUERY', ...facts })
  }
}

/** An AST is JSON but for its undefined members, which are left out. */
function astJson(ast: QueryAst): JsonValue {
  return JSON.parse(JSON.stringify(ast, keepExact)) as JsonValue // JSON text gives nothing else
}

function keepExact(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

/** The tokenizer that an index config with these settings would define. */
function tokenizerOf(settings: JsonObject): Tokenizer {
  if (settings['type'] === 'regex') {
    // Whoever may write index configs may spend their time on a pattern; a query may not.
    throw new QwError('invalid', 'a regex tokenizer cannot be tried out here', {
      fix: 'define it in an index config',
    })
  }
  const { config } = readConfigValue({
    version: '0.9',
    index_id: 'analyze',
    doc_mapping: { tokenizers: [{ ...settings, name: 'analyze' }] },
  })
  const tokenizer = tokenizerRegistry(config.docMapping.tokenizers).get('analyze')
  if (tokenizer === undefined) throw new QwError('internal', 'the tokenizer was not registered')
  return tokenizer
}

/** Offsets are bytes of the UTF-8 text. */
function tokensOf(text: string, tokenizer: Tokenizer): JsonObject[] {
  const buffer = newTokenBuffer()
  tokenizer.tokenize(text, buffer)
  const out: JsonObject[] = []
  for (let i = 0; i < buffer.count; i++) {
    const start = elementAt(buffer.starts, i)
    out.push({
      offset_from: Buffer.byteLength(text.slice(0, start)),
      offset_to: Buffer.byteLength(text.slice(0, elementAt(buffer.ends, i))),
      position: elementAt(buffer.positions, i),
      text: elementAt(buffer.terms, i),
      position_length: 1,
    })
  }
  return out
}
