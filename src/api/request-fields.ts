import { isJsonObject, JsonFloat, parseJson, type JsonObject, type JsonValue } from '../engine/bytes/json.ts'
import { QwError } from '../engine/errors.ts'

/** Largest body of search, config and Elasticsearch requests. */
export const MAX_JSON_BODY_BYTES = 1 << 20
/** Largest body of ingest and bulk requests. */
export const MAX_INGEST_BODY_BYTES = 10 << 20

/** Throws `tooLarge` naming the limit. */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  const declared = Number(request.headers.get('content-length') ?? 0)
  if (declared > maxBytes) throw bodyTooLarge(maxBytes)
  const body = new Uint8Array(await request.arrayBuffer())
  if (body.length > maxBytes) throw bodyTooLarge(maxBytes)
  return body
}

/** Throws `invalid` for anything but a JSON object. */
export async function readJsonObject(request: Request): Promise<JsonObject> {
  const body = await readBody(request, MAX_JSON_BODY_BYTES)
  let value: JsonValue
  try {
    value = parseJson(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw decodeError(cause instanceof Error ? cause.message : String(cause), cause)
  }
  if (!isJsonObject(value)) throw decodeError('expected an object')
  return value
}

export function decodeError(reason: string, cause?: unknown): QwError {
  return new QwError('invalid', `Request body deserialize error: ${reason}`, { cause })
}

/** Reads named fields of one request, whether they came as JSON or in the URL; unknown ones are refused. */
export class RequestFields {
  readonly #values: ReadonlyMap<string, JsonValue>
  readonly #fromUrl: boolean

  private constructor(values: ReadonlyMap<string, JsonValue>, fromUrl: boolean) {
    this.#values = values
    this.#fromUrl = fromUrl
  }

  static fromJson(body: JsonObject, known: readonly string[]): RequestFields {
    return RequestFields.#checked(new Map(Object.entries(body)), known, false)
  }

  static fromUrl(query: URLSearchParams, known: readonly string[]): RequestFields {
    return RequestFields.#checked(new Map(query), known, true)
  }

  static #checked(
    values: ReadonlyMap<string, JsonValue>,
    known: readonly string[],
    fromUrl: boolean,
  ): RequestFields {
    for (const name of values.keys()) {
      if (!known.includes(name)) {
        throw new QwError(
          'invalid',
          `unknown field \`${name}\`, expected one of ${known.map((k) => `\`${k}\``).join(', ')}`,
        )
      }
    }
    return new RequestFields(values, fromUrl)
  }

  has(name: string): boolean {
    const value = this.#values.get(name)
    return value !== undefined && value !== null
  }

  raw(name: string): JsonValue | undefined {
    return this.#values.get(name) ?? undefined
  }

  text(name: string): string | undefined {
    const value = this.raw(name)
    if (value === undefined || typeof value === 'string') return value
    throw this.#wrong(name, 'a string')
  }

  /** `a,b,c`; empty parts are dropped. */
  list(name: string): string[] {
    const parts = (this.text(name) ?? '').split(',').map((part) => part.trim())
    return parts.filter((part) => part !== '')
  }

  integer(name: string): number | undefined {
    const value = this.raw(name)
    if (value === undefined) return undefined
    const number = this.#fromUrl && typeof value === 'string' ? Number(value || NaN) : value
    if (typeof number === 'number' && Number.isSafeInteger(number)) return number
    throw this.#wrong(name, 'an integer')
  }

  /** An integer of at least 0. */
  count(name: string): number | undefined {
    const value = this.integer(name)
    if (value !== undefined && value < 0) throw this.#wrong(name, 'an integer of at least 0')
    return value
  }

  boolean(name: string): boolean | undefined {
    const value = this.raw(name)
    if (value === undefined || typeof value === 'boolean') return value
    if (this.#fromUrl && (value === 'true' || value === 'false')) return value === 'true'
    throw this.#wrong(name, 'true or false')
  }

  oneOf<const C extends string>(name: string, choices: readonly C[]): C | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    const found = choices.find((choice) => choice === value)
    if (found === undefined) throw this.#wrong(name, `one of ${choices.join(', ')}`)
    return found
  }

  #wrong(name: string, expected: string): QwError {
    const value = this.#values.get(name)
    const shown = value instanceof JsonFloat ? value.value : JSON.stringify(value)
    return new QwError('invalid', `\`${name}\` has to be ${expected}, not ${shown}`)
  }
}

function bodyTooLarge(maxBytes: number): QwError {
  return new QwError('tooLarge', `the request body is over the limit of ${maxBytes} bytes`, {
    fix: 'send it in several requests',
  })
}
