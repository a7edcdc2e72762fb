import { QwError } from '../errors.ts'

/** A cursor over a regex; positions count UTF-16 units. */
export class RegexCursor {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
  }

  get atEnd(): boolean {
    return this.at >= this.text.length
  }

  peek(ahead = 0): string {
    return this.text.charAt(this.at + ahead)
  }

  accept(literal: string): boolean {
    if (!this.text.startsWith(literal, this.at)) return false
    this.at += literal.length
    return true
  }

  /** The code point under the cursor, which moves past it. */
  take(): number {
    const codePoint = this.text.codePointAt(this.at)
    if (codePoint === undefined) return this.fail('the pattern ends too early')
    this.at += codePoint > 0xffff ? 2 : 1
    return codePoint
  }

  match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text) ?? undefined
    if (found !== undefined) this.at += found[0].length
    return found
  }

  fail(reason: string, position: number = this.at): never {
    throw new QwError('invalid', `failed to parse regex \`${this.text}\`: ${reason}`, {
      code: 'QUERY-REGEX',
      position,
    })
  }
}
