import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  dateInZone,
  instantOf,
  localTime,
  offsetAt,
  parseTimeZone,
  UTC,
  type TimeZone,
} from './time-zone.ts'

const HOUR = 3_600_000

function zone(name: string): TimeZone {
  const found = parseTimeZone(name)
  if (found === undefined) throw new Error(`no zone ${name}`)
  return found
}

/** The instant at which clocks of a zone show a written time, in UTC. */
function instant(name: string, local: string): string {
  return new Date(instantOf(zone(name), Date.parse(`${local}Z`))).toISOString()
}

describe('names', () => {
  test.each([
    ['UTC', 0],
    ['Z', 0],
    ['+02:00', 2],
    ['-0330', -3.5],
    ['+2', 2],
    ['UTC+05:45', 5.75],
    ['GMT-3', -3],
    ['-00:00', 0],
  ])('%s is an offset of %d hours', (name, hours) => {
    expect(zone(name)).toEqual({ kind: 'fixed', offsetMs: hours * HOUR })
  })

  test('a name of the IANA database is read in any case', () => {
    expect(offsetAt(zone('asia/tokyo'), 0)).toBe(9 * HOUR)
    expect(offsetAt(zone('Etc/GMT+5'), 0)).toBe(-5 * HOUR)
  })

  test.each([
    'browser',
    '',
    'Europe/Atlantis',
    '+25:00',
    '+02:60',
    'now',
    '../etc',
    'a'.repeat(99),
  ])('%j is no zone', (name) => expect(parseTimeZone(name)).toBeUndefined())
})

describe('offsets', () => {
  test('a zone changes on the second', () => {
    const paris = zone('Europe/Paris')
    const spring = Date.parse('2024-03-31T01:00:00Z')
    expect(offsetAt(paris, spring - 1)).toBe(HOUR)
    expect(offsetAt(paris, spring)).toBe(2 * HOUR)
  })

  test('before standard time, offsets have seconds', () => {
    const local = localTime(zone('Europe/Paris'), Date.parse('1900-01-01T00:00:00Z'))
    expect(new Date(local).toISOString()).toBe('1900-01-01T00:09:21.000Z')
  })

  test('half an hour of daylight saving is half an hour', () => {
    const lordHowe = zone('Australia/Lord_Howe')
    expect(offsetAt(lordHowe, Date.parse('2024-01-01T00:00:00Z'))).toBe(11 * HOUR)
    expect(offsetAt(lordHowe, Date.parse('2024-07-01T00:00:00Z'))).toBe(10.5 * HOUR)
  })
})

describe('local times', () => {
  test('a time that clocks show once', () => {
    expect(instant('Europe/Paris', '2024-07-01T00:00:00')).toBe('2024-06-30T22:00:00.000Z')
    expect(instant('America/New_York', '2024-01-01T00:00:00')).toBe('2024-01-01T05:00:00.000Z')
  })

  test('shown twice: it is the first time', () => {
    expect(instant('Europe/Paris', '2024-10-27T02:30:00')).toBe('2024-10-27T00:30:00.000Z')
  })

  test('jumped over: it is as far behind the jump', () => {
    expect(instant('Europe/Paris', '2024-03-31T02:30:00')).toBe('2024-03-31T01:30:00.000Z')
  })

  test('a day whose midnight is jumped over begins with its first moment', () => {
    expect(instant('America/Sao_Paulo', '2018-11-04T00:00:00')).toBe('2018-11-04T03:00:00.000Z')
  })

  test('a day that a zone left out begins with the next one', () => {
    expect(instant('Pacific/Apia', '2011-12-30T00:00:00')).toBe('2011-12-30T10:00:00.000Z')
    expect(instant('Pacific/Apia', '2011-12-31T00:00:00')).toBe('2011-12-30T10:00:00.000Z')
  })
})

const ZONES = ['Europe/Paris', 'Asia/Kolkata', 'America/St_Johns', 'Africa/Casablanca', '+03:00']
const instants = fc.integer({
  min: Date.parse('1971-01-01T00:00:00Z'),
  max: Date.parse('2060-01-01T00:00:00Z'),
})

test('offsets are those that a formatter of the zone shows', () => {
  fc.assert(
    fc.property(fc.constantFrom(...ZONES.slice(0, 4)), instants, (name, ms) => {
      const text = new Date(ms).toLocaleString('sv-SE', { timeZone: name })
      const local = localTime(zone(name), ms)
      expect(new Date(local).toISOString().slice(0, 19)).toBe(text.replace(' ', 'T'))
    }),
  )
})

test('the instant of the local time of an instant is that instant or the hour before', () => {
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), instants, (name, ms) => {
      const back = instantOf(zone(name), localTime(zone(name), ms))
      expect([ms, ms - HOUR]).toContain(back)
      expect(localTime(zone(name), back)).toBe(localTime(zone(name), ms))
    }),
  )
})

test('UTC is UTC, and nanoseconds stay', () => {
  expect(instantOf(UTC, 5)).toBe(5)
  expect(dateInZone(7_200_000_000_001n, zone('+02:00'))).toBe(1n)
})
