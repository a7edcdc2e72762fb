import type { Context } from 'hono'
import type { JsonObject } from '../../engine/bytes/json.ts'
import { indexPatterns } from '../index-patterns.ts'
import { jsonObjectOf, OPTIONAL_JSON_BODY, readBody } from '../request-body.ts'
import { RequestFields } from '../request-fields.ts'

/** The URL's parameters, unknown ones refused. */
export function urlFields(c: Context, known: readonly string[]): RequestFields {
  return RequestFields.fromUrl(new URL(c.req.url).searchParams, known)
}

/** An absent or blank body is an empty object. */
export async function optionalBody(c: Context): Promise<JsonObject> {
  const body = await readBody(c.req.raw, OPTIONAL_JSON_BODY)
  return body.every(isSpace) ? {} : jsonObjectOf(body)
}

/** The index expression of the path; every index where the path has none. */
export function pathPatterns(c: Context): string[] {
  const text = c.req.param('index')
  return text === undefined ? ['*'] : indexPatterns(text)
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)
}
