import { JsonFloat, stringifyJson, type JsonValue } from '../engine/bytes/json.ts'

export type JsonStyle = 'json' | 'pretty_json'

/** A JSON response with the body given as text, so that numbers pass through unchanged. */
export function jsonText(text: string, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(text, {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  })
}

export function jsonReply(value: JsonValue, style: JsonStyle, status = 200): Response {
  return jsonText(style === 'json' ? stringifyJson(value) : prettyJson(value), status)
}

/** Two-space indentation; integers beyond 2^53 and floats keep their text. */
export function prettyJson(value: JsonValue, indent = ''): string {
  if (typeof value !== 'object' || value === null || value instanceof JsonFloat) {
    return stringifyJson(value)
  }
  const inner = `${indent}  `
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]'
    const items = value.map((item) => inner + prettyJson(item, inner))
    return `[\n${items.join(',\n')}\n${indent}]`
  }
  const entries = Object.entries(value)
  if (entries.length === 0) return '{}'
  const lines = entries.map(
    ([key, item]) => `${inner}${JSON.stringify(key)}: ${prettyJson(item, inner)}`,
  )
  return `{\n${lines.join(',\n')}\n${indent}}`
}
