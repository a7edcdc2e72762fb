/** What a document may hold that a page must show as it is, and nothing else. */

/** Beyond what a double holds exactly. */
export const LARGE_INTEGER = '9007199254740993'
export const LARGEST_INTEGER = '18446744073709551615'
/** A right-to-left override hides what follows: shown raw this reads `invoice-exe.png`. */
export const BIDI_NAME = 'invoice-\u202Egnp.exe'
/** Runs when any part of it is taken for HTML, and leaves `window.hostile` behind. */
export const SCRIPT = '<script>window.hostile=1</script>'
export const IMAGE = '<img src=x onerror="window.hostile=2">'
const LINK = 'javascript:window.hostile=3'
const LONG = 'unbroken'.repeat(20_000)
/** Field names that a query has to escape. */
const QUOTED_FIELD = 'a "quoted" field'
const DOTTED_FIELD = 'dotted.name'
const MARKUP_FIELD = '<b onmouseover="window.hostile=4">bold</b>'

const STARTED_MS = Date.parse('2026-03-01T12:00:00Z')
export const HOSTILE_COUNT = 60

/** As NDJSON; written by hand where JSON.stringify would round. */
export function hostileDocs(): string {
  const lines = Array.from({ length: HOSTILE_COUNT }, (_, at) => {
    const minute = new Date(STARTED_MS + at * 60_000).toISOString().slice(0, 16)
    const level = at % 3 === 0 ? 'error' : 'info'
    const fields = [`"ts":"${minute}:00.123456789Z"`, `"level":"${level}"`, `"seq":${at}`]
    return `{${[...fields, ...hostilePart(at)].join(',')}}`
  })
  return `${lines.join('\n')}\n`
}

function hostilePart(at: number): string[] {
  const member = (name: string, value: unknown): string =>
    `${JSON.stringify(name)}:${JSON.stringify(value)}`
  switch (at) {
    case 59:
      return [member('note', SCRIPT), member('html', IMAGE), `"big":${LARGE_INTEGER}`]
    case 58:
      return [member('note', BIDI_NAME), member('html', LINK), `"big":${LARGEST_INTEGER}`]
    case 57:
      return [member('note', 'long'), member('body', LONG)]
    case 56:
      return [
        member('note', 'names'),
        member(QUOTED_FIELD, 'v "q" \\ back'),
        member(MARKUP_FIELD, SCRIPT),
      ]
    case 55:
      return [member('note', 'dots'), member(DOTTED_FIELD, 'x'), member('constructor', 'own')]
    case 54:
      return [member('note', 'nested'), member('tree', { deep: [1, { leaf: IMAGE }, [[]], {}] })]
    default:
      return [member('note', `line ${at}`)]
  }
}
