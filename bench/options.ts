/** What was asked of `npm run bench`. */
export interface BenchOptions {
  /** Names of parts; none: those that the two minutes are for. */
  readonly parts: readonly string[]
  /** `docs=20000000`, to a part. */
  readonly settings: Readonly<Record<string, number>>
  readonly large: boolean
  readonly profile: boolean
  readonly writeDocs: boolean
  /** Also the part of that name. */
  readonly peers: boolean
  /** Quickwit's binary. */
  readonly quickwit: string | undefined
  /** Where the result is written, and an older one to compare it with. */
  readonly json: string | undefined
  readonly compare: string | undefined
}

export interface PartName {
  readonly name: string
  readonly what: string
  readonly settings?: readonly string[]
}

const SWITCHES = {
  '--large': '20 million HDFS-shaped lines in place of 2 million: long, and 8 GB of disk',
  '--peers': 'also the same documents and searches in other programs, where they are here',
  '--profile': 'a CPU profile of each part, and its ten hottest functions',
  '--write-docs': 'docs/BENCHMARKS.md, and the result that it shows',
} as const
const FILES = {
  '--quickwit': 'the binary of Quickwit, for --peers',
  '--json': 'write the result',
  '--compare': 'an older result beside the new one',
} as const

/** Throws an Error that lists what there is when something unknown is asked. */
export function parseBenchOptions(
  args: readonly string[],
  known: readonly PartName[],
): BenchOptions {
  const parts: string[] = []
  const settings: Record<string, number> = {}
  const switches = new Set<string>()
  const files = new Map<string, string>()
  const refuse = (message: string): never => {
    throw new Error(`${message}\n\n${usage(known)}`)
  }
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? ''
    const [, setting = '', number = ''] = /^(\w+)=(\d+)$/.exec(arg) ?? []
    if (arg in SWITCHES) switches.add(arg)
    else if (arg in FILES) {
      const path = args[++at]
      if (path === undefined || path.startsWith('--')) refuse(`${arg} needs a file`)
      else files.set(arg, path)
    } else if (setting !== '') settings[setting] = Number(number)
    else if (known.some(({ name }) => name === arg)) parts.push(arg)
    else refuse(`\`${arg}\` is no part and no flag of the benchmark`)
  }
  for (const name of Object.keys(settings)) {
    const takers = known.filter((part) => part.settings?.includes(name))
    const running = switches.has('--peers') ? [...parts, 'peers'] : parts
    if (!takers.some((part) => running.includes(part.name))) {
      refuse(`no part that runs takes \`${name}\``)
    }
  }
  if (switches.has('--write-docs') && (parts.length > 0 || switches.has('--large'))) {
    refuse('--write-docs shows the default parts over two million documents: ask for no other')
  }
  return {
    parts,
    settings,
    large: switches.has('--large'),
    profile: switches.has('--profile'),
    writeDocs: switches.has('--write-docs'),
    peers: switches.has('--peers'),
    quickwit: files.get('--quickwit'),
    json: files.get('--json'),
    compare: files.get('--compare'),
  }
}

function usage(known: readonly PartName[]): string {
  const takes = ({ settings = [] }: PartName): string =>
    settings.map((name) => ` ${name}=<n>`).join('')
  const lines = [
    ...known.map((part) => [`${part.name}${takes(part)}`, part.what]),
    ...Object.entries(SWITCHES),
    ...Object.entries(FILES).map(([flag, what]) => [`${flag} <file>`, what]),
  ]
  const width = Math.max(...lines.map(([name = '']) => name.length))
  return [
    'npm run bench -- [part...] [flag...]',
    ...lines.map(([name = '', what = '']) => `  ${name.padEnd(width)}  ${what}`),
  ].join('\n')
}
