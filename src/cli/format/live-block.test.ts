import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { liveBlock } from './live-block.ts'
import { styleFor } from './style.ts'

const style = styleFor({
  isTerminal: true,
  choice: 'never',
  ascii: false,
  env: { LANG: 'C.UTF-8' },
})

/** A terminal of so many columns that keeps what is written to it. */
function terminal(columns: number, rows: number) {
  const chunks: string[] = []
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      chunks.push(chunk)
      done()
    },
  })
  const sized = Object.assign(stream, { isTTY: true, columns, rows })
  return {
    // All that a block asks of it.
    stream: sized as unknown as NodeJS.WriteStream,
    take: () => chunks.splice(0).join(''),
    resize(to: number) {
      sized.columns = to
      stream.emit('resize')
    },
  }
}

test('the second drawing goes over the first one, and what it lacks is cleared', () => {
  const { stream, take } = terminal(20, 10)
  const block = liveBlock(stream, style, () => undefined)
  block.draw(['one', 'two', 'three'])
  expect(take()).toBe('\u001B[G\u001B[2Kone\n\u001B[2Ktwo\n\u001B[2Kthree\u001B[J')
  block.draw(['four'])
  expect(take()).toBe('\u001B[2A\u001B[G\u001B[2Kfour\u001B[J')
  block.end()
  expect(take()).toBe('\n')
})

test('lines and their number are cut to the screen; nothing of the data acts', () => {
  const { stream, take } = terminal(10, 3)
  liveBlock(stream, style, () => undefined).draw(['0123456789', 'a\u001B[2Jb', 'left out'])
  expect(take()).toBe('\u001B[G\u001B[2K01234567…\n\u001B[2Ka␛[2Jb\u001B[J')
})

test('a new size clears the screen, since the old lines are broken, and draws anew', () => {
  const screen = terminal(20, 10)
  const lines = ['a line of text', 'x']
  const block = liveBlock(screen.stream, style, () => block.draw(lines))
  block.draw(lines)
  screen.take()
  screen.resize(9)
  expect(screen.take()).toBe('\u001B[2J\u001B[H\u001B[2Ka line …\n\u001B[2Kx\u001B[J')
  block.draw(lines)
  expect(screen.take()).toMatch(/^\u001B\[1A/) // oxlint-disable-line no-control-regex
  block.end()
  screen.take()
  screen.resize(30)
  expect(screen.take()).toBe('')
})

test('a terminal that says it has no columns and rows is taken for one of 80 and 24', () => {
  const { stream } = terminal(0, 0)
  const block = liveBlock(stream, style, () => undefined)
  expect([block.columns, block.rows]).toEqual([80, 24])
})
