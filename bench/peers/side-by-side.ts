import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../../src/engine/errors.ts'
import { differencesOf } from './answer.ts'
import {
  ANSWERS_ALONE,
  TIMING,
  type Answer,
  type Asked,
  type FoundPeer,
  type Indexing,
  type Timing,
} from './peer.ts'
import { peerQuestion } from './peer-question.ts'
import type { AskedSet } from './peer-sets.ts'

/** How a peer fared with one question. */
export type Outcome =
  | { readonly kind: 'timed'; readonly timesMs: readonly number[] }
  /** It has no means to answer it. */
  | { readonly kind: 'unasked' }
  /** It answers something else, a sentence each, and is not timed. */
  | { readonly kind: 'differs'; readonly differences: readonly string[] }

export interface SetOutcome {
  readonly indexing: Indexing
  /** Parallel to the questions of the set. */
  readonly outcomes: readonly Outcome[]
}

interface PeerFailure {
  readonly name: string
  readonly message: string
}

/** In the order of the peers. */
export interface SideBySide {
  readonly found: readonly { readonly name: string; readonly outcome: SetOutcome }[]
  readonly failures: readonly PeerFailure[]
}

export interface NamedPeer extends FoundPeer {
  readonly name: string
  readonly docsMax?: number | undefined
}

/**
 * The same documents and questions to each of `peers`, one process at a time. What somebody answers is
 * compared with what the first does before it is timed. One that fails takes no other with it.
 */
export async function sideBySide(
  set: AskedSet,
  folder: string,
  peers: readonly NamedPeer[],
): Promise<SideBySide> {
  const found: { name: string; outcome: SetOutcome }[] = []
  const failures: PeerFailure[] = []
  let right: readonly (Answer | undefined)[] | undefined
  for (const peer of peers) {
    const { name } = peer
    try {
      const { outcome, answers } = await new Standing(peer, set, folder).measure(right)
      found.push({ name, outcome })
      right ??= answers
    } catch (error) {
      // Without the first there is nothing to compare with.
      if (right === undefined) throw error
      failures.push({ name, message: messageOf(error) })
    }
  }
  return { found, failures }
}

/** A peer with the documents of one set in a folder of its own. */
class Standing {
  readonly #peer: NamedPeer
  readonly #set: AskedSet
  readonly #folder: string

  constructor(peer: NamedPeer, set: AskedSet, folder: string) {
    this.#peer = peer
    this.#set = set
    this.#folder = join(folder, `${peer.name.replaceAll(/\W/g, '-')}-${set.indexId}`)
  }

  /** `right`: the answers that are to be given; undefined: those that are given. */
  async measure(
    right: readonly (Answer | undefined)[] | undefined,
  ): Promise<{ outcome: SetOutcome; answers: readonly (Answer | undefined)[] }> {
    mkdirSync(this.#folder, { recursive: true })
    try {
      const indexing = await this.#peer.index(this.#set, this.#folder)
      const { docs } = this.#set
      if (indexing.docs !== docs) {
        throw new Error(`${this.#peer.name} indexed ${indexing.docs} documents of ${docs}`)
      }
      const seconds = (indexing.wholeMs / 1_000).toFixed(1)
      console.log(`${this.#peer.name} has indexed ${docs} ${this.#set.what} in ${seconds} s`)
      const all = this.#set.questions.map((_, at) => at)
      const asked = await this.#ask(all, ANSWERS_ALONE)
      const answers = asked.map((each) => each?.answer)
      const outcomes = await this.#timed(answers, right ?? answers)
      return { outcome: { indexing, outcomes }, answers }
    } finally {
      rmSync(this.#folder, { recursive: true, force: true })
    }
  }

  async #timed(
    answers: readonly (Answer | undefined)[],
    right: readonly (Answer | undefined)[],
  ): Promise<Outcome[]> {
    const outcomes = answers.map((answer, at): Outcome | undefined => {
      const expected = right[at]
      if (answer === undefined || expected === undefined) return { kind: 'unasked' }
      const differences = differencesOf(expected, answer)
      return differences.length > 0 ? { kind: 'differs', differences } : undefined
    })
    const agreed = [...outcomes.keys()].filter((at) => outcomes[at] === undefined)
    const asked = await this.#ask(agreed, TIMING)
    const times = new Map(agreed.map((at, i) => [at, asked[i]?.timesMs ?? []]))
    return outcomes.map((each, at) => each ?? { kind: 'timed', timesMs: times.get(at) ?? [] })
  }

  async #ask(which: readonly number[], timing: Timing): Promise<(Asked | undefined)[]> {
    const { questions } = this.#set
    const asked = which
      .flatMap((at) => questions[at] ?? [])
      .map((each) => peerQuestion(each.request))
    if (asked.length === 0) return []
    return await this.#peer.ask(this.#set, this.#folder, { questions: asked, ...timing })
  }
}
