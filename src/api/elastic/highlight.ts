import { isJsonObject, type JsonObject, type JsonValue } from '../../engine/bytes/json.ts'
import type { Highlight } from '../../engine/search/request.ts'
import type { SnippetStyle } from '../../engine/search/snippets.ts'
import { decodeError } from '../request-body.ts'
import { allDone, bodyOptions, noEffect, refused, type OptionTable } from './options/option.ts'

const HOW_IT_IS_CUT = noEffect('fragments are runs of whole words')

/** Of `highlight` and of each of its fields. */
export const HIGHLIGHT_OPTIONS: OptionTable = {
  ...allDone('pre_tags', 'post_tags', 'fragment_size', 'number_of_fragments', 'order'),
  ...allDone('encoder', 'require_field_match'),
  boundary_chars: HOW_IT_IS_CUT,
  boundary_max_scan: HOW_IT_IS_CUT,
  boundary_scanner: HOW_IT_IS_CUT,
  boundary_scanner_locale: HOW_IT_IS_CUT,
  force_source: noEffect('marked is what was sent'),
  fragment_offset: HOW_IT_IS_CUT,
  fragmenter: HOW_IT_IS_CUT,
  highlight_filter: noEffect('marked are words of the whole query'),
  highlight_query: refused('marked are words of the query', 'ask for them in `query`'),
  matched_fields: refused('a field is marked by its own words', 'set require_field_match to false'),
  max_analyzed_offset: noEffect('texts are read whole'),
  no_match_size: refused('a field without a match has no fragment', 'read it from `_source`', [
    '0',
    'null',
  ]),
  phrase_limit: noEffect('every word of a phrase is marked'),
  tags_schema: refused('there is one scheme of tags', 'set `pre_tags` and `post_tags`'),
  type: noEffect('one way of marking makes them all'),
}

const DEFAULT_STYLE: SnippetStyle = {
  marks: ['<em>', '</em>'],
  escapesHtml: false,
  maxChars: 100,
  fragments: 5,
  bestFirst: false,
  marksAllTerms: false,
}

/** The `highlight` of a body: each field, or pattern, with its style. */
export function readHighlights(json: JsonValue | undefined): Highlight[] {
  if (json === undefined || json === null) return []
  if (!isJsonObject(json)) throw decodeError('`highlight` has to be an object')
  const { fields, ...rest } = json
  const style = styleOf(rest, DEFAULT_STYLE, '`highlight`')
  return fieldEntries(fields).map(([pattern, options]) => {
    if (!isJsonObject(options)) throw decodeError(`\`highlight\` of \`${pattern}\` is no object`)
    return { pattern, style: styleOf(options, style, `\`highlight\` of \`${pattern}\``) }
  })
}

/** `{a: {}, b: {}}`, or a list of objects with one field each. */
function fieldEntries(json: JsonValue | undefined): [string, JsonValue][] {
  const items = Array.isArray(json) ? json : [json ?? {}]
  return items.flatMap((item) => {
    if (!isJsonObject(item)) throw decodeError('`highlight.fields` holds names with options')
    return Object.entries(item)
  })
}

function styleOf(json: JsonObject, base: SnippetStyle, place: string): SnippetStyle {
  const fields = bodyOptions(json, HIGHLIGHT_OPTIONS, place)
  const encoder = fields.oneOf('encoder', ['default', 'html'])
  const order = fields.oneOf('order', ['none', 'score'])
  const needsOwnField = fields.boolean('require_field_match')
  return {
    marks: [tagOf(json['pre_tags']) ?? base.marks[0], tagOf(json['post_tags']) ?? base.marks[1]],
    escapesHtml: encoder === undefined ? base.escapesHtml : encoder === 'html',
    maxChars: fields.count('fragment_size') ?? base.maxChars,
    fragments: fields.count('number_of_fragments') ?? base.fragments,
    bestFirst: order === undefined ? base.bestFirst : order === 'score',
    marksAllTerms: needsOwnField === undefined ? base.marksAllTerms : !needsOwnField,
  }
}

/** Several tags are for several ranks of words, of which there is one. */
function tagOf(json: JsonValue | undefined): string | undefined {
  const tag = Array.isArray(json) ? json[0] : json
  if (tag === undefined || tag === null || typeof tag === 'string') return tag ?? undefined
  throw decodeError('`pre_tags` and `post_tags` are texts')
}
