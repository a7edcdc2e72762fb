import { QwError } from '../errors.ts'

/** `tenant_id, hash_mod((region, name), 16)`. */
type PartitionExpression =
  | { readonly kind: 'field'; readonly path: string }
  | { readonly kind: 'tuple'; readonly items: readonly PartitionExpression[] }
  | { readonly kind: 'hashMod'; readonly of: PartitionExpression; readonly modulo: number }

/** Throws `invalid` with a position. An empty text is an empty tuple. */
export function parsePartitionKey(text: string): PartitionExpression {
  const parser = new PartitionKeyParser(text)
  return { kind: 'tuple', items: text.trim() === '' ? [] : parser.parseAll() }
}

/** Fields that stand in the key as themselves, not inside `hash_mod`. */
export function plainPartitionFields(key: PartitionExpression): string[] {
  if (key.kind === 'field') return [key.path]
  return key.kind === 'tuple' ? key.items.flatMap(plainPartitionFields) : []
}

class PartitionKeyParser {
  private readonly text: string
  private at = 0

  constructor(text: string) {
    this.text = text
  }

  parseAll(): PartitionExpression[] {
    const items = this.items()
    if (this.at < this.text.length) this.fail('expected `,` or the end')
    return items
  }

  private items(): PartitionExpression[] {
    const items = [this.expression()]
    while (this.take(',')) items.push(this.expression())
    return items
  }

  private expression(): PartitionExpression {
    const name = this.match(/[\p{L}\p{N}_\-.\\/@$]+/uy)
    if (name === undefined) return this.fail('expected a field')
    if (name !== 'hash_mod' || !this.take('(')) return { kind: 'field', path: name }
    const tuple = this.take('(')
    const items = tuple ? this.items() : [this.expression()]
    if (tuple) this.expect(')')
    this.expect(',')
    const modulo = Number(this.match(/\d+/y) ?? this.fail('expected a number'))
    if (modulo === 0) this.fail('the number of partitions cannot be 0')
    this.expect(')')
    const [only] = items
    const of = only !== undefined && items.length === 1 ? only : { kind: 'tuple' as const, items }
    return { kind: 'hashMod', of, modulo }
  }

  private match(pattern: RegExp): string | undefined {
    this.skipSpace()
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0]
    this.at += found?.length ?? 0
    this.skipSpace()
    return found
  }

  private take(char: string): boolean {
    this.skipSpace()
    if (this.text[this.at] !== char) return false
    this.at++
    this.skipSpace()
    return true
  }

  private expect(char: string): void {
    if (!this.take(char)) this.fail(`expected \`${char}\``)
  }

  private skipSpace(): void {
    while (this.text[this.at] === ' ') this.at++
  }

  private fail(why: string): never {
    const message = `invalid partition key \`${this.text}\`: ${why} position=${this.at}`
    throw new QwError('invalid', message, { position: this.at })
  }
}
