import { signal } from '@preact/signals'

interface ExchangeCost {
  /** From asking to the last byte. */
  readonly tookMs: number
  /** Of the answer as it was sent, compressed where it was. */
  readonly bytes: number
}

/** A request that was answered, and what it took. */
export interface Exchange extends ExchangeCost {
  readonly role: string
  readonly method: string
  /** After `/api/v1/`. */
  readonly path: string
  readonly body: string | undefined
}

/** The last one of each role since the view last changed, in the order in which roles first came. */
export const exchanges = signal<ReadonlyMap<string, Exchange>>(new Map())

export function forgetExchanges(): void {
  exchanges.value = new Map()
}

interface Asked {
  readonly method: string
  readonly path: string
  readonly body?: string | Blob
}

export function noteExchange({ method, path, body }: Asked, cost: ExchangeCost): void {
  // Bytes of a file are shown to nobody.
  const text = typeof body === 'string' ? body : undefined
  const role = roleOf(path, text)
  const exchange = { role, method, path, body: text, ...cost }
  exchanges.value = new Map([...exchanges.peek(), [role, exchange]])
}

/** What a request is for, in a word: the end of its path, of searches also what they ask for. */
function roleOf(path: string, body: string | undefined): string {
  const name = path.replace(/\?.*/, '').split('/').at(-1) ?? path
  if (name !== '_search' || body === undefined) return name
  return /"size":0\b/.test(body) ? 'counts' : 'hits'
}
