import { getJson } from './client.ts'
import { at, listOf, numberOf, plainText, type Json } from './exact-json.ts'

interface CostRow {
  readonly id: string
  readonly label: string
  /** In the singular. */
  readonly unit: string
  readonly quantity: number
  readonly usd: number
  /** What a deployment used, scaled to a month; undefined where that is not known. */
  readonly actualUsd: number | undefined
}

/** What a month costs in AWS. */
export interface CostEstimate {
  readonly region: string
  readonly rows: readonly CostRow[]
  readonly totalUsd: number
  readonly actualTotalUsd: number | undefined
  /** Of what the actual amounts are scaled from. */
  readonly actualDays: number | undefined
  /** Each by itself; the largest first. */
  readonly levers: readonly { readonly change: string; readonly savesUsd: number }[]
  readonly warnings: readonly string[]
}

/** Under some assumptions, by the names of `cost-estimate --assume`. */
export async function loadCost(
  assumptions: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<CostEstimate> {
  const answer = await getJson(`cost?${new URLSearchParams(assumptions).toString()}`, signal)
  return {
    region: plainText(at(answer, 'region')),
    rows: listOf(at(answer, 'components')).map((row) => ({
      id: plainText(at(row, 'id')),
      label: plainText(at(row, 'label')),
      unit: plainText(at(row, 'unit')),
      quantity: numberOf(at(row, 'assumed', 'qty')),
      usd: numberOf(at(row, 'assumed', 'usd')),
      actualUsd: knownNumber(at(row, 'actual', 'usd')),
    })),
    totalUsd: numberOf(at(answer, 'total', 'assumed')),
    actualTotalUsd: knownNumber(at(answer, 'total', 'actual')),
    actualDays: knownNumber(at(listOf(at(answer, 'components'))[0], 'actual', 'window_days')),
    levers: listOf(at(answer, 'levers')).map((lever) => ({
      change: plainText(at(lever, 'change')),
      savesUsd: numberOf(at(lever, 'saves_usd')),
    })),
    warnings: listOf(at(answer, 'warnings')).map(plainText),
  }
}

function knownNumber(value: Json | undefined): number | undefined {
  const number = numberOf(value)
  return Number.isNaN(number) ? undefined : number
}
