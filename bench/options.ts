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
  /** Another checkout, whose runs alternate with those of this one. */
  readonly against: string | undefined
  /** Runs of each of both. */
  readonly pairs: number
  /** Text of the ids or names of the rows that are measured; undefined: of all. */
  readonly only: string | undefined
}

export interface PartName {
  readonly name: string
  readonly what: string
  readonly settings?: readonly string[]
  /** Whether it can leave rows out. */
  readonly takesOnly?: true
}

const PAIRS = 7

const SWITCHES = {
  '--large': '20 million HDFS-shaped lines in place of 2 million: long, and 8 GB of disk',
  '--peers': 'also the same documents and searches in other programs, where they are here',
  '--profile': 'a CPU profile of each part, and its ten hottest functions',
  '--write-docs': 'docs/BENCHMARKS.md, and the result that it shows',
} as const
const VALUES = {
  '--quickwit': { takes: 'file', what: 'the binary of Quickwit, for --peers' },
  '--json': { takes: 'file', what: 'write the result' },
  '--compare': { takes: 'file', what: 'an older result beside the new one' },
  '--against': {
    takes: 'folder',
    what: `another checkout: its runs and those of this one in turn, ${PAIRS} each or pairs=<n>`,
  },
  '--only': { takes: 'text', what: 'rows whose id or measure has it in them' },
} as const

/** Throws an Error that lists what there is when something unknown is asked. */
export function parseBenchOptions(
  args: readonly string[],
  known: readonly PartName[],
): BenchOptions {
  const parts: string[] = []
  const settings: Record<string, number> = {}
  const switches = new Set<string>()
  const values = new Map<string, string>()
  const refuse = (message: string): never => {
    throw new Error(`${message}\n\n${usage(known)}`)
  }
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? ''
    const [, setting = '', number = ''] = /^(\w+)=(\d+)$/.exec(arg) ?? []
    if (arg in SWITCHES) switches.add(arg)
    else if (arg in VALUES) {
      const value = args[++at]
      const { takes } = VALUES[arg as keyof typeof VALUES]
      if (value === undefined || value.startsWith('--')) refuse(`${arg} needs a ${takes}`)
      else values.set(arg, value)
    } else if (setting !== '') settings[setting] = Number(number)
    else if (known.some(({ name }) => name === arg)) parts.push(arg)
    else refuse(`\`${arg}\` is no part and no flag of the benchmark`)
  }
  const isAgainst = values.has('--against')
  const { pairs = PAIRS, ...ofParts } = settings
  if ('pairs' in settings && !isAgainst) refuse('pairs=<n> is for --against')
  if (isAgainst) {
    const others = ['--peers', '--profile', '--write-docs', '--json', '--compare']
    const along = others.find((flag) => switches.has(flag) || values.has(flag))
    if (along !== undefined) refuse(`--against prints ratios alone: not with ${along}`)
  }
  if (values.has('--only') && !known.some((part) => part.takesOnly && parts.includes(part.name))) {
    refuse('no part that runs takes --only')
  }
  for (const name of Object.keys(ofParts)) {
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
    settings: ofParts,
    large: switches.has('--large'),
    profile: switches.has('--profile'),
    writeDocs: switches.has('--write-docs'),
    peers: switches.has('--peers'),
    quickwit: values.get('--quickwit'),
    json: values.get('--json'),
    compare: values.get('--compare'),
    against: values.get('--against'),
    pairs,
    only: values.get('--only'),
  }
}

function usage(known: readonly PartName[]): string {
  const takes = ({ settings = [] }: PartName): string =>
    settings.map((name) => ` ${name}=<n>`).join('')
  const lines = [
    ...known.map((part) => [`${part.name}${takes(part)}`, part.what]),
    ...Object.entries(SWITCHES),
    ...Object.entries(VALUES).map(([flag, { takes, what }]) => [`${flag} <${takes}>`, what]),
  ]
  const width = Math.max(...lines.map(([name = '']) => name.length))
  return [
    'npm run bench -- [part...] [flag...]',
    ...lines.map(([name = '', what = '']) => `  ${name.padEnd(width)}  ${what}`),
  ].join('\n')
}
