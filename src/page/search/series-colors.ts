/** What a level means, whatever its spelling; the names of colours in the style sheet. */
const LEVELS: readonly (readonly [words: RegExp, color: string])[] = [
  [/^(emerg|emergency|alert|crit|critical|fatal|panic|dpanic)$/, '--fatal'],
  [/^(error|err|severe|failure)$/, '--error'],
  [/^(warn|warning|wrn)$/, '--warn'],
  [/^(info|information|informational|inf|notice|log|success)$/, '--info'],
  [/^(debug|dbg|trace|trc|verbose|fine|finer|finest)$/, '--debug'],
]
const SERIES = Array.from({ length: 8 }, (_, i) => `--series-${i}`)
const REST = '--series-rest'

/** One for each series: levels are known by their colour, everything else by its place. */
export function seriesColors(names: readonly (string | undefined)[]): string[] {
  const levels = names.map(levelColor)
  const areLevels = levels.filter((color) => color !== undefined).length > names.length / 2
  return names.map((name, i) => {
    if (name === undefined) return REST
    return (areLevels ? levels[i] : undefined) ?? SERIES[i % SERIES.length] ?? REST
  })
}

function levelColor(name: string | undefined): string | undefined {
  const word = name?.trim().toLowerCase() ?? ''
  return LEVELS.find(([words]) => words.test(word))?.[1]
}

/** As the canvas takes it. */
export function resolvedColor(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}
