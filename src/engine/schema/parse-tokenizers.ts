import { BUILT_IN_TOKENIZERS } from '../text/tokenizer-registry.ts'
import type { TokenizerConfig } from '../text/tokenizer-config.ts'
import {
  choice,
  count,
  flag,
  list,
  mapped,
  object,
  refuse,
  required,
  text,
  variants,
  withDefault,
  type Place,
  type Shape,
} from './shape.ts'

/** Longer grams are no words; it bounds how many terms one text can make. */
const MAX_GRAM = 64

const FILTER = choice(['remove_long', 'lower_caser', 'ascii_folding'])

const COMMON = {
  name: required(
    'What fields call it.',
    text({
      not: BUILT_IN_TOKENIZERS,
      refusal: (name) => `\`${name}\` is the name of a built-in tokenizer`,
    }),
  ),
  type: required('How it cuts text.', text()),
  filters: withDefault('What happens to each token, in order.', list(FILTER), []),
}

const NGRAM = object({
  ...COMMON,
  min_gram: required('Characters of the shortest gram.', count(1)),
  max_gram: required(`Characters of the longest gram, at most ${MAX_GRAM}.`, count(1)),
  prefix_only: withDefault('Only those at the beginning of a text.', flag, false),
})

/** A type that is missing here does not compile. */
const TYPES: Readonly<Record<TokenizerConfig['type'], Shape<TokenizerConfig>>> = {
  simple: mapped(object(COMMON), (raw) => ({ ...raw, type: 'simple' })),
  source_code: mapped(object(COMMON), (raw) => ({ ...raw, type: 'source_code' })),
  regex: mapped(
    object({ ...COMMON, pattern: required('What a token looks like.', text()) }),
    (raw) => ({ ...raw, type: 'regex' }),
  ),
  ngram: mapped(NGRAM, ngram),
}

const TOKENIZER = variants({ key: 'type', variants: TYPES })

function ngram(raw: ReturnType<typeof NGRAM.read>, place: Place): TokenizerConfig {
  const { name, filters, min_gram: minGram, max_gram: maxGram, prefix_only: prefixOnly } = raw
  if (maxGram < minGram || maxGram > MAX_GRAM) {
    const allowed = `\`min_gram\` (${minGram}) to ${MAX_GRAM}`
    refuse({ ...place, path: `${place.path}.max_gram` }, `must be from ${allowed}, got ${maxGram}`)
  }
  return { name, type: 'ngram', minGram, maxGram, prefixOnly, filters }
}

/** The tokenizers of one index; no name twice. */
export const TOKENIZERS: Shape<readonly TokenizerConfig[]> = mapped(
  list(TOKENIZER),
  (tokenizers, place) => {
    const names = new Set<string>()
    tokenizers.forEach(({ name }, i) => {
      if (names.has(name)) {
        const path = `${place.path}[${i}].name`
        refuse({ ...place, path }, `tokenizer \`${name}\` is defined twice`)
      }
      names.add(name)
    })
    return tokenizers
  },
)
