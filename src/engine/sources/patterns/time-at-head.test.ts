import { describe, expect, test } from 'vitest'
import { textReader } from './text.ts'
import { timeAtHead } from './time-at-head.ts'

const nowMs = Date.parse('2024-06-01T00:00:00Z')
const timeOf = (line: string): string | undefined =>
  timeAtHead(line, { nowMs, mayBeBehindWords: true })?.time

describe('the time of a log line', () => {
  test.each([
    ['Python', '2024-05-01 12:34:56,789 - app - INFO - x', '2024-05-01T12:34:56.789Z'],
    [
      'Airflow',
      '[2024-05-01T12:34:56.789+0200] {a.py:1} INFO - x',
      '2024-05-01T12:34:56.789+02:00',
    ],
    ['gunicorn', '[2024-05-01 12:34:56 +0000] [7] [INFO] x', '2024-05-01T12:34:56Z'],
    [
      'a function of Lambda',
      '2024-05-01T12:34:56.789Z\t6d67-f3\tINFO\tx',
      '2024-05-01T12:34:56.789Z',
    ],
    ['NLog', '2024-05-01 12:34:56.7890|INFO|app|x', '2024-05-01T12:34:56.7890Z'],
    ['a table without a header', '2024-05-01T12:34:56Z,7,ok', '2024-05-01T12:34:56Z'],
    ['the same, with a number next', '2024-05-01 12:34:56,7,ok', '2024-05-01T12:34:56Z'],
    ['Go', '2024/05/01 12:34:56 http: x', '2024-05-01T12:34:56Z'],
    ['Postgres', '2024-05-01 12:34:56.789 CET [7] LOG:  x', '2024-05-01T12:34:56.789Z'],
    ['a number behind the time', '2024-05-01 12:34:56 -12.5 degrees', '2024-05-01T12:34:56Z'],
    [
      'Rust, in colours',
      '\u001b[2m2024-05-01T12:34:56.789Z\u001b[0m \u001b[32m INFO\u001b[0m x',
      '2024-05-01T12:34:56.789Z',
    ],
    ['Django', 'INFO 2024-05-01 12:34:56,789 views x', '2024-05-01T12:34:56.789Z'],
    [
      'log4j, the level first',
      '[INFO ] 2024-05-01 12:34:56.789 [main] x',
      '2024-05-01T12:34:56.789Z',
    ],
    ['Ruby', 'I, [2024-05-01T12:34:56.789012 #7]  INFO -- : x', '2024-05-01T12:34:56.789012Z'],
    [
      'update-alternatives',
      'update-alternatives 2024-05-01 12:34:56: run with x',
      '2024-05-01T12:34:56Z',
    ],
    ['apt', 'Start-Date: 2024-05-01  12:34:56', '2024-05-01T12:34:56Z'],
    ['Redis', '7:M 01 May 2024 12:34:56.789 * Ready', '2024-05-01T12:34:56.789Z'],
    ['a mail', 'Wed, 01 May 2024 12:34:56 +0200 x', '2024-05-01T12:34:56+02:00'],
    ['Tomcat', '01-May-2024 12:34:56.789 INFO [main] a.b.C.start x', '2024-05-01T12:34:56.789Z'],
    ['BIND', '01-May-2024 12:34:56.789 queries: info: x', '2024-05-01T12:34:56.789Z'],
    ['PHP', '[01-May-2024 12:34:56 Europe/Berlin] PHP Warning:  x', '2024-05-01T12:34:56Z'],
    ['a firewall of Cisco', 'May 01 2024 12:34:56: %ASA-6-302013: x', '2024-05-01T12:34:56Z'],
    ['a switch of Cisco', 'May  1 12:34:56.789: %LINK-3-UPDOWN: x', '2024-05-01T12:34:56.789Z'],
    ['java.util.logging', 'May 1, 2024 12:34:56 AM a.b.C start', '2024-05-01T00:34:56Z'],
    ['the same after noon', 'May 01, 2024 1:34:56 PM a.b.C start', '2024-05-01T13:34:56Z'],
    ['ClickHouse', '2024.05.01 12:34:56.789012 [ 7 ] {} <Debug> x', '2024-05-01T12:34:56.789012Z'],
    ['glog', 'I20240501 12:34:56.789012  7 a.cc:7] x', '2024-05-01T12:34:56.789012Z'],
    ['klog', 'I0501 12:34:56.789012       1 controller.go:7] x', '2024-05-01T12:34:56.789012Z'],
    [
      'klog of last year',
      'E1101 12:34:56.789012       1 controller.go:7] x',
      '2023-11-01T12:34:56.789012Z',
    ],
    ['Android', '05-01 12:34:56.789  123  456 D Tag: x', '2024-05-01T12:34:56.789Z'],
    ['Squid', '1714566896.789    310 192.0.2.1 TCP_MISS/200 x', '2024-05-01T12:34:56.789Z'],
    ['an access log', '[01/May/2024:12:34:56 +0200] x', '2024-05-01T12:34:56+02:00'],
    ['ctime', 'Wed May  1 12:34:56 2024 x', '2024-05-01T12:34:56Z'],
    ['a daemon', 'May  1 12:34:56 web1 x', '2024-05-01T12:34:56Z'],
  ])('of %s', (_, line, time) => {
    expect(timeOf(line)).toBe(time)
  })

  test.each([
    ['a line that is indented', '    at 2024-05-01 12:34:56 (x.js:1)'],
    ['a tabbed one', '\tat 2024-05-01 12:34:56'],
    ['a time far behind', 'one two three 2024-05-01 12:34:56'],
    ['a longer number', '2024-05-01 12:34:567 x'],
    ['a month that is none', '13-01 12:34:56.789 x'],
    ['nothing', ''],
  ])('is not taken from %s', (_, line) => {
    expect(timeOf(line)).toBeUndefined()
  })
})

describe('lines without a time', () => {
  const times = (lines: readonly string[], head?: Uint8Array): unknown[] => {
    const reader = textReader({ nowMs, head })
    return lines.map((line) => {
      const doc = reader.read(line)
      return doc !== undefined && 'timestamp' in doc ? doc['timestamp'] : undefined
    })
  }

  test('have that of the line before, whatever times they speak of', () => {
    expect(
      times([
        'Traceback of yesterday',
        '2024-05-01T12:00:00Z ERROR it failed',
        'since 2020-01-01 00:00:00 or so',
        '2024-05-01T12:00:01Z INFO again',
      ]),
    ).toEqual([undefined, '2024-05-01T12:00:00Z', '2024-05-01T12:00:00Z', '2024-05-01T12:00:01Z'])
  })

  test('have the first time where none is before them, as at the head of a file that was rotated', () => {
    const lines = [
      '    at com.acme.App(App.java:7)',
      'Caused by: it failed',
      '2024-05-01T12:00:00Z ERROR it failed',
      '2024-05-01T12:00:01Z INFO again',
    ]
    const first = '2024-05-01T12:00:00Z'
    expect(times(lines, Buffer.from(lines.join('\n')))).toEqual([
      first,
      first,
      first,
      '2024-05-01T12:00:01Z',
    ])
  })

  test('times behind levels of different lengths are all found', () => {
    expect(times(['[INFO ] 2024-05-01 12:00:00 a', '[ERROR] 2024-05-01 12:00:01 b'])).toEqual([
      '2024-05-01T12:00:00Z',
      '2024-05-01T12:00:01Z',
    ])
  })
})
