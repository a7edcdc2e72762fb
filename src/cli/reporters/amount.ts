import { formatDuration } from '../../engine/dates/duration.ts'
import { formatBytes, formatCount } from '../format/number.ts'
import type { PhaseAmount } from './reporter.ts'

/** A rate over less than this is noise. */
const MIN_RATE_MS = 500

/** `412 MB / 1.1 GB · 24 MB/s · 2 rejected · 29.0 s left` */
export function describeAmount(amount: PhaseAmount, elapsedMs: number): string {
  const show = (n: number): string =>
    amount.unit === 'bytes' ? formatBytes(n) : `${formatCount(n)} ${amount.unit}`
  const parts = [
    amount.total === undefined ? show(amount.done) : `${show(amount.done)} / ${show(amount.total)}`,
  ]
  const perSecond = elapsedMs < MIN_RATE_MS ? 0 : (amount.done / elapsedMs) * 1_000
  if (perSecond > 0) parts.push(`${show(Math.round(perSecond))}/s`)
  if (amount.detail !== undefined) parts.push(amount.detail)
  if (amount.total !== undefined && perSecond > 0 && amount.done < amount.total) {
    parts.push(`${formatDuration(((amount.total - amount.done) / perSecond) * 1_000)} left`)
  }
  return parts.join(' · ')
}

/** `████░░░░░░  42 %`; empty when there is no total. */
export function drawAmount(amount: PhaseAmount, cells: number, ascii: boolean): string {
  if (amount.total === undefined || amount.total <= 0) return ''
  const share = Math.min(1, amount.done / amount.total)
  const full = Math.round(share * cells)
  const bar = (ascii ? '#' : '█').repeat(full) + (ascii ? '.' : '░').repeat(cells - full)
  return `${bar} ${`${Math.floor(share * 100)} %`.padStart(5)}`
}
