import { stringifyJson, type JsonValue } from '../../bytes/json.ts'

/** What becomes of an option of a clause that does nothing here: taken, for it cannot change what is
 *  found, or refused unless it says what happens anyway. */
export type ClauseOption =
  | { readonly kind: 'noEffect'; readonly why: string }
  | {
      readonly kind: 'refused'
      readonly why: string
      readonly fix: string
      /** Values that ask for nothing: clients send them with every request. */
      readonly isHarmless: (value: JsonValue) => boolean
    }

function noEffect(why: string): ClauseOption {
  return { kind: 'noEffect', why }
}

function refused(why: string, fix: string, harmless: readonly JsonValue[] = []): ClauseOption {
  const isHarmless = (value: JsonValue): boolean =>
    harmless.includes(typeof value === 'object' ? stringifyJson(value) : value)
  return { kind: 'refused', why, fix, isHarmless }
}

/** Ways of scoring patterns that come to a constant, which is what a pattern scores. */
const CONSTANT_REWRITES = ['constant_score', 'constant_score_blended', 'constant_score_boolean']
const REWRITE = refused('patterns score a constant', 'leave it out', CONSTANT_REWRITES)
const NEAR_ENOUGH = noEffect('every term that is near enough counts')
const NOT_FUZZY = noEffect('no word of a query string is fuzzy')

/** By name: an option means the same in every clause that has it. */
export const CLAUSE_OPTIONS: Readonly<Record<string, ClauseOption>> = {
  _name: refused('hits do not say which clauses they match', 'ask a `filters` aggregation'),
  adjust_pure_negative: refused('what is only excluded leaves the rest', 'leave it out', [true]),
  allow_leading_wildcard: refused('patterns may begin with `*`', 'leave it out', [true]),
  analyze_wildcard: noEffect('patterns have the case of their field'),
  auto_generate_synonyms_phrase_query: noEffect('there are no synonyms'),
  cutoff_frequency: refused('common words count like others', 'leave it out'),
  enable_position_increments: refused('positions are as they were indexed', 'leave it out', [true]),
  escape: refused('signs of the query string are read', 'quote what is no sign', [false]),
  flags: noEffect('there are no optional operators'),
  fuzzy_max_expansions: NOT_FUZZY,
  fuzzy_prefix_length: NOT_FUZZY,
  fuzzy_rewrite: REWRITE,
  fuzzy_transpositions: refused('swapped neighbours are one change', 'leave it out', [true]),
  max_determinized_states: noEffect('automata have a limit of their own'),
  max_expansions: NEAR_ENOUGH,
  phrase_slop: refused('a phrase says its slop itself', 'write it behind the phrase: "a b"~2', [0]),
  quote_analyzer: refused('every field has its own tokenizer', 'ask `match_phrase`'),
  quote_field_suffix: refused('fields have no second form', 'name the field'),
  relation: refused('no field holds ranges', 'leave it out', ['INTERSECTS', 'intersects']),
  rewrite: REWRITE,
  transpositions: refused('swapped neighbours are one change', 'leave it out', [true]),
}
