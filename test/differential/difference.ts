import { Sum } from './model-aggregation.ts'

/** Where two answers differ; floats may differ in the last digits, as sums in another order do. */
export function firstDifference(
  expected: unknown,
  actual: unknown,
  path: string,
): string | undefined {
  if (expected instanceof Sum) {
    const { value, scale } = expected
    const isClose = typeof actual === 'number' && Math.abs((value ?? NaN) - actual) <= 1e-9 * scale
    return value === actual || isClose
      ? undefined
      : `${path}: expected ${value}, got ${String(actual)}`
  }
  if (typeof expected === 'bigint') return firstDifference(Number(expected), actual, path)
  if (typeof expected === 'number' && typeof actual === 'number') {
    const isClose =
      Math.abs(expected - actual) <= 1e-9 * Math.max(1, Math.abs(expected), Math.abs(actual))
    return isClose ? undefined : `${path}: expected ${expected}, got ${actual}`
  }
  if (
    typeof expected !== 'object' ||
    expected === null ||
    typeof actual !== 'object' ||
    actual === null
  ) {
    return expected === actual
      ? undefined
      : `${path}: expected ${String(expected)}, got ${String(actual)}`
  }
  const left = Object.entries(expected).filter(([, value]) => value !== undefined)
  const right = new Map(Object.entries(actual).filter(([, value]) => value !== undefined))
  if (
    left
      .map(([key]) => key)
      .sort()
      .join() !== [...right.keys()].sort().join()
  ) {
    return `${path}: expected keys ${left.map(([key]) => key).join()}, got ${[...right.keys()].join()}`
  }
  for (const [key, value] of left) {
    const inside = firstDifference(value, right.get(key), `${path}.${key}`)
    if (inside !== undefined) return inside
  }
  return undefined
}
