import type { DeployEvent } from './events.ts'
import type { Leftover } from './leftovers.ts'
import { isQwError } from '../engine/errors.ts'

/** What a step was to remove: its CloudFormation type and its name. */
export interface StepTarget {
  readonly type: string
  readonly id: string
}

/**
 * The failures that a forced teardown goes past. Without force the first one ends it; what would fail
 * every step after it, or was asked for, ends it in either case.
 */
export class PassedOver {
  readonly #deployment: string
  readonly #isForced: boolean
  readonly #signal: AbortSignal | undefined
  readonly #failures: (StepTarget & { readonly reason: string })[] = []

  constructor(deployment: string, isForced: boolean, signal: AbortSignal | undefined) {
    this.#deployment = deployment
    this.#isForced = isForced
    this.#signal = signal
  }

  async *attempt(
    target: StepTarget,
    step: () => AsyncGenerator<DeployEvent, void>,
  ): AsyncGenerator<DeployEvent, void> {
    try {
      yield* step()
    } catch (error) {
      const isWorthGoingOn =
        isQwError(error) && error.code?.startsWith('CRED-') !== true && error.kind !== 'internal'
      if (!this.#isForced || !isWorthGoingOn || this.#signal?.aborted === true) throw error
      this.#failures.push({ ...target, reason: error.message })
      yield { kind: 'passedOver', what: target.type, id: target.id, reason: error.message }
    }
  }

  /** Whether nothing failed so far. */
  get isEmpty(): boolean {
    return this.#failures.length === 0
  }

  /** Whether a step over this one failed. */
  has(id: string): boolean {
    return this.#failures.some((failure) => failure.id === id)
  }

  /** What is left with the reason why: found by its tag, or only known by its failure. */
  explain(found: readonly Leftover[]): readonly Leftover[] {
    const isOf = (leftover: Leftover, id: string): boolean => leftover.arn.endsWith(id)
    const explained = found.map((leftover) => {
      const failure = this.#failures.find(({ id }) => isOf(leftover, id))
      return failure === undefined ? leftover : { ...leftover, reason: failure.reason }
    })
    const others = this.#failures.filter(({ id }) => !found.some((leftover) => isOf(leftover, id)))
    return [
      ...others.map(({ type, id, reason }) => ({
        type,
        arn: id,
        component: undefined,
        reason,
        command: `qw-lambda teardown --stack ${this.#deployment}`,
      })),
      ...explained,
    ]
  }
}
