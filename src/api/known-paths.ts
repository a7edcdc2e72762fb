import type { Hono } from 'hono'
import { QwError } from '../engine/errors.ts'

/** The methods that a path answers, sorted; none: there is no such path. HEAD goes with GET. */
export function methodsOf(app: Hono, path: string): string[] {
  const segments = segmentsOf(path)
  const methods = app.routes
    // Middleware is registered for ALL methods.
    .filter((route) => route.method !== 'ALL' && isSamePath(segmentsOf(route.path), segments))
    .map((route) => route.method)
  const withHead = methods.includes('GET') ? [...methods, 'HEAD'] : methods
  return [...new Set(withHead)].toSorted()
}

/**
 * What no route answers: 405 where another method would be, otherwise 404. The way out names only
 * methods that read: advice that is followed without a thought must not delete an index.
 */
export function unknownRoute(method: string, methods: readonly string[]): QwError {
  if (methods.length === 0) {
    return new QwError('notFound', 'Route not found', { code: 'ROUTE' })
  }
  const fix = methods.includes('GET') ? { fix: 'this path answers GET' } : {}
  return new QwError('invalid', `Method ${method} not allowed`, { code: 'METHOD', ...fix })
}

/** Empty segments count for nothing: clients put `/` at the end of a base and at the start of a path. */
function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '')
}

function isSamePath(pattern: readonly string[], path: readonly string[]): boolean {
  if (pattern.length !== path.length) return false
  return pattern.every((part, i) => part === path[i] || isFilledBy(part, path[i] ?? ''))
}

/** No index id starts with `_`, so that an endpoint nobody knows is not taken for one. */
function isFilledBy(pattern: string, segment: string): boolean {
  return pattern.startsWith(':') && (!pattern.startsWith(':index') || /^(?!_)|^_all$/.test(segment))
}
