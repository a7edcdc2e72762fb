import { queryCost } from '../../cost/query-cost.ts'
import { formatSmallUsd } from '../../cost/format.ts'
import type { JsonObject } from '../../engine/bytes/json.ts'
import type { ApiAnswer, Via } from '../stack/api-client.ts'
import { formatDuration } from '../../engine/dates/duration.ts'

/** What is known of one answer besides its content. Clients that carry it pass on more in headers. */
export interface AnswerFacts {
  readonly via: Via
  readonly wallMs: number
  /** Undefined: not told by what carried the answer. */
  readonly functionMs: number | undefined
  readonly billedMs: number | undefined
  readonly memoryMb: number | undefined
  readonly cold: boolean | undefined
  readonly splits: { readonly searched: number; readonly total: number } | undefined
  readonly requestId: string | undefined
  readonly costUsd: number | undefined
}

/**
 * From the headers that the API sets (`x-qw-splits`, `x-qw-elapsed-micros`) and those that a client
 * adds from what it learns of the invocation: `x-qw-billed-ms`, `x-qw-memory-mb`, `x-qw-cold`,
 * `x-qw-reads`, `x-qw-request-id`.
 */
export function answerFacts({ headers, text }: ApiAnswer, via: Via, wallMs: number): AnswerFacts {
  const number = (name: string): number | undefined => {
    const value = headers.get(name)
    return value === null || Number.isNaN(Number(value)) ? undefined : Number(value)
  }
  const micros = number('x-qw-elapsed-micros')
  const functionMs = micros === undefined ? undefined : micros / 1_000
  const billedMs = number('x-qw-billed-ms')
  const memoryMb = number('x-qw-memory-mb')
  const cold = headers.get('x-qw-cold')
  const use = { http: via === 'api', arch: 'arm64', reads: number('x-qw-reads') ?? 0 } as const
  const isFree = via === 'local'
  const knowsCost = billedMs !== undefined && memoryMb !== undefined
  const cost = knowsCost
    ? queryCost({ ...use, functionMs: billedMs, memoryMb, responseBytes: Buffer.byteLength(text) })
        .usd
    : undefined
  return {
    via,
    wallMs,
    functionMs,
    billedMs,
    memoryMb,
    cold: cold === null ? undefined : cold === 'true',
    splits: splitsOf(headers.get('x-qw-splits')),
    requestId: headers.get('x-qw-request-id') ?? headers.get('x-amzn-requestid') ?? undefined,
    costUsd: isFree ? 0 : cost,
  }
}

function splitsOf(text: string | null): AnswerFacts['splits'] {
  const match = /^(\d+)\/(\d+)$/.exec(text ?? '')
  return match === null ? undefined : { searched: Number(match[1]), total: Number(match[2]) }
}

/** `148 ms (function 96 ms, warm)`, `3 of 41 splits`, `via lambda`, `$0.0000049` */
export function factParts(facts: AnswerFacts): string[] {
  const { via, wallMs, functionMs, cold, splits, costUsd } = facts
  const temperature = cold === undefined ? '' : cold ? ', cold' : ', warm'
  const inFunction =
    via === 'local' || functionMs === undefined
      ? ''
      : ` (function ${formatDuration(functionMs)}${temperature})`
  return [
    `${formatDuration(wallMs)}${inFunction}`,
    ...(splits === undefined ? [] : [`${splits.searched} of ${splits.total} splits`]),
    `via ${via}`,
    ...(costUsd === undefined ? [] : [costUsd === 0 ? '$0' : formatSmallUsd(costUsd)]),
  ]
}

/** The `meta` of `--json --meta`; what is not known is null. */
export function metaJson(facts: AnswerFacts, index: string): JsonObject {
  return {
    via: facts.via,
    index,
    wall_ms: facts.wallMs,
    function_ms: facts.functionMs ?? null,
    billed_ms: facts.billedMs ?? null,
    memory_mb: facts.memoryMb ?? null,
    cold: facts.cold ?? null,
    splits:
      facts.splits === undefined
        ? null
        : { total: facts.splits.total, searched: facts.splits.searched },
    cost_usd: facts.costUsd ?? null,
    request_id: facts.requestId ?? null,
  }
}
