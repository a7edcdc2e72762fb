import type { ActualCost } from './actual.ts'
import type { ComponentId } from './components.ts'
import type { Lever } from './levers.ts'
import type { CostEstimate } from './model.ts'
import { MONTH_DAYS } from './month.ts'

const COST_SCHEMA = 'qw-lambda/cost/1'

/** The document of `cost-estimate --json`. What is not known is null. */
interface CostDocument {
  readonly schema: typeof COST_SCHEMA
  readonly currency: 'USD'
  readonly region: string
  /** The region whose list prices these are; differs from `region` when its own are not bundled. */
  readonly priced_region: string
  readonly priced_at: string
  readonly period_days: number
  readonly free_tier: boolean
  readonly components: readonly CostDocumentComponent[]
  readonly total: {
    readonly assumed: number
    readonly actual: number | null
    readonly tutorial: number | null
  }
  readonly levers: readonly { readonly change: string; readonly saves_usd: number }[]
  readonly warnings: readonly string[]
}

interface CostDocumentCell {
  readonly qty: number | null
  readonly usd: number | null
}

interface CostDocumentComponent {
  readonly id: ComponentId
  readonly label: string
  readonly unit: string
  readonly price: number
  readonly assumed: CostDocumentCell
  readonly actual:
    | (CostDocumentCell & {
        readonly source: string | null
        readonly window_days: number
        readonly missing_permission: string | null
      })
    | null
  /** Null in rows that the tutorial says nothing about. */
  readonly tutorial: CostDocumentCell | null
}

interface CostColumns {
  readonly assumed: CostEstimate
  readonly actual: ActualCost | undefined
  readonly tutorial: CostEstimate | undefined
  readonly levers: readonly Lever[]
}

export function buildCostDocument(columns: CostColumns): CostDocument {
  const { assumed, actual, tutorial } = columns
  return {
    schema: COST_SCHEMA,
    currency: 'USD',
    region: assumed.region.requested,
    priced_region: assumed.region.priced,
    priced_at: assumed.pricedAt,
    period_days: Math.round(MONTH_DAYS * 10) / 10,
    free_tier: assumed.freeTier === 'always',
    components: assumed.rows.map((row) => ({
      id: row.id,
      label: row.label,
      unit: row.unit,
      price: row.unitUsd,
      assumed: cellOf(row),
      actual: actualCellOf(actual, row.id),
      tutorial: tutorialCellOf(tutorial, row.id),
    })),
    total: {
      assumed: assumed.totalUsd,
      actual: actual?.totalUsd ?? null,
      tutorial: tutorial?.totalUsd ?? null,
    },
    levers: columns.levers.map((lever) => ({ change: lever.change, saves_usd: lever.savesUsd })),
    warnings: warningsOf(assumed, actual),
  }
}

interface Cell {
  readonly quantity: number | undefined
  readonly usd: number | undefined
}

function cellOf(row: Cell): CostDocumentCell {
  return { qty: row.quantity ?? null, usd: row.usd ?? null }
}

function actualCellOf(
  actual: ActualCost | undefined,
  id: ComponentId,
): CostDocumentComponent['actual'] {
  const row = actual?.rows.find((candidate) => candidate.id === id)
  if (row === undefined) return null
  return {
    ...cellOf(row),
    source: row.source ?? null,
    window_days: row.windowDays,
    missing_permission: row.missingPermission ?? null,
  }
}

function tutorialCellOf(
  tutorial: CostEstimate | undefined,
  id: ComponentId,
): CostDocumentCell | null {
  const row = tutorial?.rows.find((candidate) => candidate.id === id)
  return row === undefined || row.quantity === undefined ? null : cellOf(row)
}

/** What a reader of the total must know: notes, rows left out, permissions missing. */
function warningsOf(assumed: CostEstimate, actual: ActualCost | undefined): string[] {
  const warnings = [...assumed.notes]
  if (assumed.unknown.length > 0) {
    warnings.push(`The assumed total leaves out what is not known: ${assumed.unknown.join(', ')}.`)
  }
  if (actual !== undefined && actual.unknown.length > 0) {
    warnings.push(
      `The actual total leaves out what could not be read: ${actual.unknown.join(', ')}.`,
    )
  }
  warnings.push(...(actual?.blindSpots ?? []))
  for (const permission of actual?.missingPermissions ?? []) {
    warnings.push(`Not allowed: ${permission}.`)
  }
  return warnings
}
