import type { Context } from 'hono'
import { indexPatterns } from '../index-patterns.ts'
import { RequestFields } from '../request-fields.ts'

/** The URL's parameters, unknown ones refused. */
export function urlFields(c: Context, known: readonly string[]): RequestFields {
  return RequestFields.fromUrl(new URL(c.req.url).searchParams, known)
}

/** The index expression of the path; every index where the path has none. */
export function pathPatterns(c: Context): string[] {
  const text = c.req.param('index')
  return text === undefined ? ['*'] : indexPatterns(text)
}
