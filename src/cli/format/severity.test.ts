import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../../engine/bytes/json.ts'
import { isLevelField, severityOf, seriesColors } from './severity.ts'

test.each([
  'level',
  'log.level',
  'severity_text',
  'SeverityText',
  'severity',
  'log_level',
  'attributes.levelname',
  'PRIORITY',
  '@l',
])('%s is a level', (path) => {
  expect(isLevelField(path)).toBe(true)
})

test.each(['levels', 'sea.level.cm', 'l', 'body', 'level_of_detail', 'severity.code'])(
  '%s is none',
  (path) => {
    expect(isLevelField(path)).toBe(false)
  },
)

describe('what a level says', () => {
  test.each<[JsonValue, string]>([
    ['ERROR', 'error'],
    ['err', 'error'],
    ['SEVERE', 'error'],
    ['Warning', 'warn'],
    ['W', 'warn'],
    [' info ', 'info'],
    ['notice', 'info'],
    ['Information', 'info'],
    ['DEBUG2', 'debug'],
    ['trace', 'debug'],
    ['emerg', 'fatal'],
    ['CRITICAL', 'fatal'],
  ])('%j is %s in every spelling', (value, severity) => {
    expect(severityOf('level', value)).toBe(severity)
  })

  test.each<[string, JsonValue, string]>([
    ['severity', 3, 'error'],
    ['PRIORITY', '6', 'info'],
    ['level', 0, 'fatal'],
    ['level', 30, 'info'],
    ['level', 50, 'error'],
    ['levelno', 30, 'warn'],
    ['severity_number', 9, 'info'],
    ['SeverityNumber', 21, 'fatal'],
    ['severity_number', 1, 'debug'],
  ])(
    '%s %j is %s: syslog, pino, Python and OpenTelemetry count differently',
    (path, value, says) => {
      expect(severityOf(path, value)).toBe(says)
    },
  )

  test.each<[string, JsonValue]>([
    ['level', 'blue'],
    ['level', 'errors were seen'],
    ['level', 2.5],
    ['level', -1],
    ['level', null],
    ['level', ['ERROR']],
    ['body', 'ERROR'],
  ])('%s %j says nothing', (path, value) => {
    expect(severityOf(path, value)).toBeUndefined()
  })
})

test('series have the colour of their level, each colour once', () => {
  expect(seriesColors('level', ['INFO', 'NOTICE', 'ERROR', 'odd'])).toEqual([
    'green',
    undefined,
    'red',
    undefined,
  ])
  expect(seriesColors('city', ['INFO'])).toEqual([undefined])
})
