/**
 * A zone as clients name one: an offset that is always the same, or a name of the IANA database, whose
 * rules come from `Intl`. The zone is always named, so that no answer depends on where it is computed.
 */
export type TimeZone =
  | { readonly kind: 'fixed'; readonly offsetMs: number }
  | { readonly kind: 'named'; readonly rules: ZoneRules }

export const UTC: TimeZone = { kind: 'fixed', offsetMs: 0 }

const OFFSET = /^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d\d)(?::?(\d\d))?)?$/
/** What no zone of the world goes past; the same bound as in Java. */
const MAX_OFFSET_MS = 18 * 3_600_000
const DAY_MS = 86_400_000

/** `UTC`, `Z`, `+02:00`, `-0330`, `+2` or `Europe/Paris`; undefined when no zone has that name. */
export function parseTimeZone(text: string): TimeZone | undefined {
  if (/^(?:Z|UTC|GMT|UT|Etc\/UTC)$/i.test(text)) return UTC
  const [, sign, hours, minutes = '0', seconds = '0'] = OFFSET.exec(text) ?? []
  if (hours !== undefined) {
    const size = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000
    if (Number(minutes) > 59 || Number(seconds) > 59 || size > MAX_OFFSET_MS) return undefined
    return { kind: 'fixed', offsetMs: sign === '-' && size > 0 ? -size : size }
  }
  const rules = rulesOf(text)
  return rules === undefined ? undefined : { kind: 'named', rules }
}

/** Milliseconds east of UTC at an instant. */
export function offsetAt(zone: TimeZone, instantMs: number): number {
  return zone.kind === 'fixed' ? zone.offsetMs : zone.rules.offsetAt(instantMs)
}

/** What the clocks of the zone show at an instant, as if it were UTC. */
export function localTime(zone: TimeZone, instantMs: number): number {
  return instantMs + offsetAt(zone, instantMs)
}

/**
 * The instant at which the clocks show `localMs`. Where they show it twice it is the first time; where
 * they jump over it, it is as long after the jump as it was meant to be after the jump's beginning.
 */
export function instantOf(zone: TimeZone, localMs: number): number {
  // No offset is a day, and no zone changes twice in two days.
  const before = offsetAt(zone, localMs - DAY_MS)
  const after = offsetAt(zone, localMs + DAY_MS)
  const [early, late] = before >= after ? [before, after] : [after, before]
  if (offsetAt(zone, localMs - early) === early) return localMs - early
  if (offsetAt(zone, localMs - late) === late) return localMs - late
  return localMs - before
}

/** A date read as if its clock showed UTC, as the instant it is in `zone`. */
export function dateInZone(local: number | bigint, zone: TimeZone): number | bigint {
  if (typeof local === 'number') return instantOf(zone, local)
  const localMs = Number(local / 1_000_000n)
  return local + BigInt(instantOf(zone, localMs) - localMs) * 1_000_000n
}

/** Zones that differ only in case are one; past this many names, rules are made anew. */
const MAX_KNOWN_ZONES = 100
const KNOWN = new Map<string, ZoneRules>()

/** Undefined for a name that `Intl` does not know. */
function rulesOf(name: string): ZoneRules | undefined {
  const key = name.toLowerCase()
  const known = KNOWN.get(key)
  if (known !== undefined) return known
  if (!/^[a-z][a-z0-9_+\-/]{1,63}$/.test(key)) return undefined
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch {
    return undefined
  }
  const rules = new ZoneRules(format)
  if (KNOWN.size >= MAX_KNOWN_ZONES) KNOWN.clear()
  KNOWN.set(key, rules)
  return rules
}

/** Length of a span, within which a zone changes once at most. */
const SPAN_MS = 7 * DAY_MS
/** Eighty years of spans; past this many, they are read anew. */
const MAX_KNOWN_SPANS = 4_200

interface Span {
  readonly before: number
  readonly after: number
  /** The first instant of `after`; without a change it is past the span. */
  readonly changeMs: number
}

/** The offsets of one named zone. Asking `Intl` takes microseconds, so each week is asked about once. */
class ZoneRules {
  readonly #format: Intl.DateTimeFormat
  readonly #spans = new Map<number, Span>()

  constructor(format: Intl.DateTimeFormat) {
    this.#format = format
  }

  offsetAt(instantMs: number): number {
    const index = Math.floor(instantMs / SPAN_MS)
    const span = this.#spans.get(index) ?? this.#readSpan(index)
    return instantMs < span.changeMs ? span.before : span.after
  }

  #readSpan(index: number): Span {
    const startMs = index * SPAN_MS
    const before = this.#asked(startMs)
    const after = this.#asked(startMs + SPAN_MS)
    let changeMs = startMs + SPAN_MS
    if (before !== after) {
      // Zones change at whole seconds: `low` still has the old offset, `high` the new one.
      let low = startMs / 1000
      let high = low + SPAN_MS / 1000
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2)
        if (this.#asked(middle * 1000) === before) low = middle
        else high = middle
      }
      changeMs = high * 1000
    }
    const span = { before, after, changeMs }
    if (this.#spans.size >= MAX_KNOWN_SPANS) this.#spans.clear()
    this.#spans.set(index, span)
    return span
  }

  #asked(instantMs: number): number {
    const shown = new Map<string, number>()
    for (const { type, value } of this.#format.formatToParts(instantMs)) {
      shown.set(type, Number(value))
    }
    const part = (name: string): number => shown.get(name) ?? 0
    const local = new Date(0)
    local.setUTCFullYear(part('year'), part('month') - 1, part('day'))
    local.setUTCHours(part('hour'), part('minute'), part('second'))
    return local.getTime() - Math.floor(instantMs / 1000) * 1000
  }
}
