import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { svgOf } from '../scripts/ansi-svg.mjs'
import { findCommand } from '../src/cli/program/find-command.ts'

const ESC = '\u001b'

/** The text of each row of a picture. */
function rowsOf(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>(.*)<\/text>/g)].map(([, row = '']) =>
    row
      .replaceAll(/<[^>]*>/g, '')
      .replaceAll('&lt;', '<')
      .replaceAll('&amp;', '&'),
  )
}

describe('text of a terminal as a picture', () => {
  test('keeps colours and weight, also from one line to the next', () => {
    const svg = svgOf(`${ESC}[1;31mred\nstill${ESC}[0m not`, 20)
    expect(svg).toMatch(/class="bold red">red</)
    expect(svg).toMatch(/class="bold red">still</)
    expect(svg).toMatch(/"> not</)
  })

  test('breaks a line at the last column, and shows signs of XML as they are', () => {
    expect(rowsOf(svgOf(`<a>&${ESC}[2mb${ESC}[22m`, 4))).toEqual(['<a>&', 'b'])
  })

  test('refuses what moves the cursor, which would draw over a line', () => {
    expect(() => svgOf(`${ESC}[2K`, 20)).toThrow('a sequence that colours nothing: K')
  })
})

test('the commands in the README’s picture are those of this program', () => {
  const svg = readFileSync(new URL('../docs/terminal.svg', import.meta.url), 'utf8')
  const commands = rowsOf(svg).filter((row) => row.startsWith('$ npx qw-lambda '))
  expect(commands.length).toBeGreaterThan(2)
  for (const command of commands) {
    const words = command.split(' ').slice(3)
    expect(findCommand(words), command).toBeDefined()
  }
})
