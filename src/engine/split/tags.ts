import { decodeTerm } from '../schema/term.ts'
import type { WrittenField } from './split-file.ts'
import { scanTerms, TermBlock } from './term-dictionary.ts'

/** More distinct values than this and a field gives no tags. */
const MAX_TAG_VALUES = 1000

/** `path:value` for every term at the tag paths and `path!` for every path whose values are all
 *  there, sorted. Text and integers only; other values have no canonical text to compare with. */
export function tagsOf(fields: readonly WrittenField[], tagPaths: readonly string[]): string[] {
  const tags = new Set<string>()
  for (const path of tagPaths) {
    const values = tagValues(fields.filter((field) => field.path === path))
    if (values === undefined) continue
    tags.add(`${path}!`)
    for (const value of values) tags.add(`${path}:${value}`)
  }
  return [...tags].sort()
}

function tagValues(fields: readonly WrittenField[]): string[] | undefined {
  const values: string[] = []
  let termCount = 0
  for (const { type, terms } of fields) {
    if (terms === undefined || !(type === 'str' || type === 'i64' || type === 'u64'))
      return undefined
    termCount += terms.termCount
    if (termCount > MAX_TAG_VALUES) return undefined
    const blocks = terms.blocks.map((sealed) => new TermBlock(sealed))
    scanTerms(blocks, (term) => {
      values.push(String(decodeTerm(type, term)))
    })
  }
  return termCount === 0 ? undefined : values
}
