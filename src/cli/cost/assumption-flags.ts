import { splitAssume } from '../../cost/assumption-input.ts'
import type { CostAssumptions } from '../../cost/assumptions.ts'
import { messageOf, QwError } from '../../engine/errors.ts'
import { checkedAssumptions } from '../stack/checked-assumptions.ts'
import { readGivenText } from '../command/given-file.ts'
import { flag, list, text, type OptionValues } from '../command/option.ts'

/** What-if flags: each sets the assumption of its name; units are read by the cost model. */
const WHAT_IF = {
  queries: text('--queries <n>', 'queries a month (30,000)'),
  queryMs: text('--query-ms <ms>', 'billed time of a warm query (1000)'),
  coldShare: text('--cold-share <share>', 'queries that meet a cold function (5 %)'),
  responseKb: text('--response-kb <kb>', 'size of an answer (8)'),
  httpShare: text('--http-share <share>', 'queries through API Gateway (100 %)'),
  every: text('--every <duration>', 'time between two files (5m), or never'),
  docs: text('--docs <n>', 'documents a file (100,000)'),
  docBytes: text('--doc-bytes <n>', 'bytes of a document (160.4)'),
  indexSeconds: text('--index-seconds <s>', 'time to index a file (3)'),
  indexRatio: text('--index-ratio <r>', 'index bytes for each source byte'),
  retention: text('--retention <duration>', 'how long data is kept (30d), or forever'),
  indexerMemory: text('--indexer-memory <size>', 'memory of the indexer (3008MB)'),
  searcherMemory: text('--searcher-memory <size>', 'memory of the searcher (3008MB)'),
  arch: text('--arch <arch>', 'arm64 or x86_64'),
} as const

export const ASSUMPTION_OPTIONS = {
  ...WHAT_IF,
  assume: list('--assume <name=value,…>', 'any assumption by its name'),
  assumptions: text('--assumptions <file>', 'JSON file of assumptions'),
  assumeMeasured: flag('--assume-measured', 'take what this machine measured in its own runs'),
} as const

type AssumptionOptions = OptionValues<typeof ASSUMPTION_OPTIONS>

/** Where assumptions come from, the later over the earlier: `given` (project file), file, flags. */
export async function readAssumptions(
  base: CostAssumptions,
  given: unknown,
  options: AssumptionOptions,
): Promise<CostAssumptions> {
  let assumptions = given === undefined ? base : checkedAssumptions(base, given)
  if (options.assumptions !== undefined) {
    assumptions = checkedAssumptions(assumptions, await readJson(options.assumptions))
  }
  return checkedAssumptions(assumptions, typedAssumptions(options))
}

/** What the command line itself changes, by name, as it was typed. */
export function typedAssumptions(options: AssumptionOptions): Readonly<Record<string, string>> {
  return { ...flagValues(options), ...assumeValues(options.assume ?? []) }
}

function flagValues(options: AssumptionOptions): Record<string, string> {
  const names = Object.keys(WHAT_IF) as (keyof typeof WHAT_IF)[] // Keys of the literal above.
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = options[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

function assumeValues(pairs: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {}
  for (const pair of pairs) {
    const split = splitAssume(pair)
    if (split === undefined) {
      throw new QwError('invalid', `--assume takes name=value, not \`${pair}\``, {
        code: 'USAGE',
        fix: 'such as --assume indexRatio=0.3',
      })
    }
    values[split.name] = split.value
  }
  return values
}

async function readJson(path: string): Promise<unknown> {
  const shape = 'a JSON object of names and values: {"queries": 100000, "retention": "7d"}'
  const text = await readGivenText(path, shape)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new QwError('invalid', `cannot read assumptions from ${path}: ${messageOf(cause)}`, {
      fix: shape,
      cause,
    })
  }
}
