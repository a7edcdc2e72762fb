import { text } from './shape.ts'

const PATTERN = /^[a-zA-Z][a-zA-Z0-9\-_.]{2,254}$/

export const INDEX_ID = text({
  pattern: PATTERN,
  refusal: (id) =>
    `\`${id}\` is no index id: a letter, then 2 to 254 letters, digits, \`-\`, \`_\` or \`.\``,
})

export function isIndexId(written: string): boolean {
  return PATTERN.test(written)
}
