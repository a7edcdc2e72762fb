import type { Hono } from 'hono'
import { QwError } from '../engine/errors.ts'

/** What no route answers: 405 where another method would be answered, otherwise 404. */
export function unknownRoute(app: Hono, method: string, path: string): QwError {
  const segments = segmentsOf(path)
  const methods = app.routes
    // Middleware is registered for ALL methods.
    .filter((route) => route.method !== 'ALL' && isSamePath(segmentsOf(route.path), segments))
    .map((route) => route.method)
  if (methods.length === 0) {
    return new QwError('notFound', 'Route not found', { code: 'ROUTE' })
  }
  const allowed = [...new Set(methods)].join(', ')
  return new QwError('invalid', `Method ${method} not allowed`, {
    code: 'METHOD',
    fix: `use ${allowed}`,
  })
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '')
}

function isSamePath(pattern: readonly string[], path: readonly string[]): boolean {
  if (pattern.length !== path.length) return false
  return pattern.every((part, i) => part.startsWith(':') || part === path[i])
}
