/**
 * How long what is over has to be remembered. Two rules, and no other clock is compared with another:
 *
 *   tried again  whoever wrote a file and got no answer tries for `MAX_RETRY_MS` at most, by its own
 *                clock. What it would put into the file is known there for `GONE_KEPT_MS` after it left.
 *   too old      what waited for `ORPHAN_GRACE_MS` is refused, by the clock that gave it its id. What
 *                another clock decides of it waits for `CLOCK_MARGIN_MS` more.
 */

/** How far two clocks may differ: S3 refuses whoever is off by more than a quarter of an hour. */
export const CLOCK_MARGIN_MS = 30 * 60 * 1000

/** A write is not tried again later than this after it began; one that sleeps longer gives up. */
export const MAX_RETRY_MS = 60 * 60 * 1000

/** From leaving the file to being forgotten. */
export const GONE_KEPT_MS = MAX_RETRY_MS + CLOCK_MARGIN_MS
