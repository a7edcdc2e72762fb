import { Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { QwError } from '../../engine/errors.ts'
import { styleFor } from '../format/style.ts'
import { describeAmount, drawAmount } from './amount.ts'
import { errorJson, errorText } from './error-text.ts'
import { plainReporter, type ReporterSettings } from './plain.ts'
import { ttyReporter } from './tty.ts'

const style = styleFor({ isTerminal: false, choice: 'never', ascii: false, env: {} })

function settings(changes: Partial<ReporterSettings> = {}): ReporterSettings & {
  written: string[]
  wait(ms: number): void
} {
  const written: string[] = []
  let nowMs = 0
  return {
    style,
    level: 'normal',
    errors: 'text',
    phases: 'lines',
    nowMs: () => nowMs,
    write: (text) => written.push(text),
    written,
    wait: (ms) => (nowMs += ms),
    ...changes,
  }
}

describe('without a terminal', () => {
  test('a phase is a line at its start, one every ten seconds, and one at its end', () => {
    const into = settings()
    const phase = plainReporter(into).phase('Indexing')
    for (let second = 0; second < 25; second++) {
      into.wait(1_000)
      phase.progress({ done: second + 1, total: 50, unit: 'docs' })
    }
    phase.succeed('Indexed')
    expect(into.written).toEqual([
      'Indexing …\n',
      'Indexing: 10 docs / 50 docs · 1 docs/s · 40.0 s left\n',
      'Indexing: 20 docs / 50 docs · 1 docs/s · 30.0 s left\n',
      'Indexed (25.0 s)\n',
    ])
  })

  test('what was not shown is shown when the phase fails', () => {
    const into = settings()
    const report = plainReporter(into)
    report.detail('before')
    const phase = report.phase('Copying')
    for (let n = 0; n < 30; n++) report.detail(`step ${n}`)
    phase.fail()
    expect(into.written.slice(1, 4)).toEqual(['Copying: failed\n', '  step 10\n', '  step 11\n'])
    expect(into.written).toHaveLength(22)
  })

  test('quiet keeps errors only, and JSON errors keep phases away', () => {
    const quiet = settings({ level: 'quiet' })
    const report = plainReporter(quiet)
    report.note('a')
    report.hint('b')
    report.warn('c', 'd')
    report.phase('e').succeed()
    report.error(new QwError('invalid', 'f'), 2)
    expect(quiet.written).toEqual(['✗ F\n'])
    const json = settings({ errors: 'json' })
    plainReporter(json).phase('g').succeed()
    expect(json.written).toEqual([])
  })
})

/** A terminal of so many columns that remembers what it was told. */
function terminal(columns: number): { stream: NodeJS.WriteStream; told: () => string } {
  const chunks: string[] = []
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString())
      done()
    },
  })
  const moves = {
    cursorTo: () => true,
    moveCursor: () => true,
    clearLine: () => sink.write('<clear>'),
  }
  // What a terminal's stream has besides is never asked for here.
  const stream = Object.assign(sink, moves, {
    isTTY: true,
    columns,
  }) as unknown as NodeJS.WriteStream
  const told = (): string =>
    chunks
      .join('')
      // oxlint-disable-next-line no-control-regex -- how ora hides the cursor and holds a frame together
      .replaceAll(/\u001B\[\?\d+[hl]/g, '')
      .replaceAll(/[⠋⠙⠹]/g, '*')
  return { stream, told }
}

describe('on a terminal', () => {
  test('a note is printed above the spinner, whose line is cut to the window', () => {
    const { stream, told } = terminal(20)
    const into = { ...settings(), stream, write: (text: string) => stream.write(text) }
    const report = ttyReporter(into)
    const phase = report.phase('A phase with a title too long for it')
    report.note('a note')
    phase.succeed('Done')
    expect(told()).toBe('* A phase with a t…<clear>a note\n* A phase with a t…<clear>✓ Done 0 ms\n')
  })

  test('what a phase counts stands behind its title, as far as there is room', () => {
    const { stream, told } = terminal(50)
    const into = settings()
    const report = ttyReporter({ ...into, stream, write: (text: string) => stream.write(text) })
    const phase = report.phase('Indexing \u001B[31mred.log')
    into.wait(1_000)
    phase.progress({ done: 100, total: 400, unit: 'docs' })
    phase.fail()
    expect(told()).toBe(
      '* Indexing ␛[31mred.log<clear>* Indexing ␛[31mred.log · 100 docs / 400 docs · …<clear>✗ Indexing \u001B[31mred.log\n',
    )
  })
})

test('a terminal that says it is 0 columns wide is taken to have 80', () => {
  const { stream, told } = terminal(0)
  const report = ttyReporter({ ...settings(), stream, write: (text: string) => stream.write(text) })
  report.phase('Indexing').succeed()
  expect(told()).toBe('* Indexing<clear>✓ Indexing 0 ms\n')
})

test('what a narrower window made of the line is taken away before it is drawn anew', () => {
  const { stream, told } = terminal(60)
  const report = ttyReporter({ ...settings(), stream, write: (text: string) => stream.write(text) })
  const phase = report.phase('A phase with a title of forty characters')
  stream.columns = 20
  stream.emit('resize')
  phase.succeed('Done')
  expect(told()).toContain('\u001B[2A\r\u001B[J')
  expect(told().split('\u001B[J')[1]).not.toContain('forty')
})

describe('an amount', () => {
  test('without a total has neither bar nor time left', () => {
    expect(describeAmount({ done: 2_000_000, unit: 'bytes' }, 1_000)).toBe('2.0 MB · 2.0 MB/s')
    expect(drawAmount({ done: 2, unit: 'bytes' }, 10, false)).toBe('')
  })

  test('fills its bar, never more', () => {
    expect(drawAmount({ done: 5, total: 10, unit: 'docs' }, 4, true)).toBe('##..  50 %')
    expect(drawAmount({ done: 11, total: 10, unit: 'docs' }, 4, true)).toBe('#### 100 %')
  })
})

describe('an error', () => {
  const error = new QwError('unavailable', 'too much at once', {
    code: 'THROTTLED',
    why: 'one\ntwo',
    fix: 'wait',
  })

  test('says what failed first and what to do last', () => {
    expect(errorText(error, style)).toBe(
      '✗ Too much at once\n  Why   one\n        two\n  Fix   wait\n  More  qw-lambda help quotas   code QWL-THROTTLED\n',
    )
  })

  test('is one line of JSON', () => {
    const line = errorJson(error, 7)
    expect(line.indexOf('\n')).toBe(line.length - 1)
    expect(JSON.parse(line)).toEqual({
      error: {
        code: 'QWL-THROTTLED',
        kind: 'unavailable',
        message: 'too much at once',
        why: 'one\ntwo',
        fix: ['wait'],
        position: null,
        exit: 7,
        retryable: true,
        docs: 'qw-lambda help quotas',
      },
    })
  })
})
