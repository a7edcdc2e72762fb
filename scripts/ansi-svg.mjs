// Text with the colours of a terminal as an SVG that follows the reader's light or dark screen.

const CHARACTER_WIDTH = 8.43
const LINE_HEIGHT = 19
const MARGIN = 16
// oxlint-disable-next-line no-control-regex -- what colours a terminal begins with ESC
const SEQUENCE = /\u001b\[([\d;]*)([A-Za-z])/g

const COLORS = {
  red: ['#cf222e', '#ff7b72'],
  green: ['#116329', '#7ee787'],
  yellow: ['#7d4e00', '#e3b341'],
  blue: ['#0550ae', '#79c0ff'],
  magenta: ['#8250df', '#d2a8ff'],
  cyan: ['#1b7c83', '#56d4dd'],
}
/** By the last digit of the codes 30 to 37 and 90 to 97. */
const NAMES = [undefined, 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', undefined]

/** `screen` is what was written; other sequences than colours are refused, as no line is drawn twice. */
export function svgOf(screen, columns) {
  const lines = screen
    .trimEnd()
    .split('\n')
    .flatMap((line) => wrapped(line, columns))
  const width = Math.ceil(columns * CHARACTER_WIDTH + 2 * MARGIN)
  const height = lines.length * LINE_HEIGHT + 2 * MARGIN
  const pen = { bold: false, dim: false, color: undefined }
  const rows = lines.map((line, row) => {
    const y = MARGIN + (row + 0.75) * LINE_HEIGHT
    return `<text x="${MARGIN}" y="${y}" xml:space="preserve">${spansOf(line, pen)}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="qw-lambda in a terminal">
<style>
${styleSheet()}
</style>
<rect class="screen" width="100%" height="100%" rx="8"/>
${rows.join('\n')}
</svg>
`
}

/** A line as a terminal breaks it: at its last column, wherever that is. */
function wrapped(line, columns) {
  const rows = ['']
  let column = 0
  for (const [piece] of line.matchAll(new RegExp(`${SEQUENCE.source}|[^]`, 'gu'))) {
    if (piece.length < 3 && column++ === columns) {
      rows.push('')
      column = 1
    }
    rows[rows.length - 1] += piece
  }
  return rows
}

function styleSheet() {
  const colors = (theme) =>
    Object.entries(COLORS).map(([name, values]) => `.${name}{fill:${values[theme]}}`)
  return [
    'text{font-size:14px;font-family:SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#1f2328}',
    '.screen{fill:#f6f8fa}.bold{font-weight:bold}.dim{fill-opacity:.65}',
    ...colors(0),
    '@media(prefers-color-scheme:dark){text{fill:#e6edf3}.screen{fill:#161b22}',
    ...colors(1),
    '}',
  ].join('\n')
}

/** The line's pieces of one look each; the pen goes on from line to line. */
function spansOf(line, pen) {
  let spans = ''
  let from = 0
  let column = 0
  const write = (text) => {
    const looks = [pen.bold && 'bold', pen.dim && 'dim', pen.color].filter(Boolean).join(' ')
    // Each word of a table is placed by its column: fonts differ in the width of bars and dots.
    for (const piece of text.split(/( {2,})/)) {
      const x = (MARGIN + column * CHARACTER_WIDTH).toFixed(1)
      const width = ([...piece].length * CHARACTER_WIDTH).toFixed(1)
      column += [...piece].length
      if (piece.trim() === '') continue
      const look = looks === '' ? '' : ` class="${looks}"`
      spans += `<tspan x="${x}" textLength="${width}"${look}>${escaped(piece)}</tspan>`
    }
  }
  for (const match of line.matchAll(SEQUENCE)) {
    write(line.slice(from, match.index))
    from = match.index + match[0].length
    if (match[2] !== 'm') throw new Error(`a sequence that colours nothing: ${match[2]}`)
    for (const code of match[1].split(';')) changePen(pen, Number(code))
  }
  write(line.slice(from))
  return spans
}

function changePen(pen, code) {
  if (code === 0) Object.assign(pen, { bold: false, dim: false, color: undefined })
  else if (code === 1) pen.bold = true
  else if (code === 2) pen.dim = true
  else if (code === 22) Object.assign(pen, { bold: false, dim: false })
  else if (code === 39) pen.color = undefined
  else if ((code >= 30 && code < 38) || (code >= 90 && code < 98)) pen.color = NAMES[code % 10]
  else throw new Error(`no look for code ${code}`)
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
