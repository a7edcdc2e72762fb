import { expect, test } from 'vitest'
import { parseBenchOptions } from '../../bench/options.ts'
import { DEFAULT_PARTS, PARTS } from '../../bench/parts.ts'

const parse = (...args: string[]) => parseBenchOptions(args, PARTS)

test('nothing asked is the default parts, each of which there is', () => {
  expect(parse()).toMatchObject({ parts: [], profile: false, json: undefined })
  const names = PARTS.map(({ name }) => name)
  expect(DEFAULT_PARTS.filter((name) => !names.includes(name))).toEqual([])
})

test('parts, their settings and flags stand in any order', () => {
  expect(parse('--json', 'new.json', 'erase', 'docs=20', '--profile')).toMatchObject({
    parts: ['erase'],
    settings: { docs: 20 },
    profile: true,
    json: 'new.json',
  })
})

test('peers are a part, which the flag adds to others', () => {
  expect(parse('--peers', 'docs=1000', '--quickwit', '/opt/quickwit')).toMatchObject({
    parts: [],
    peers: true,
    settings: { docs: 1_000 },
    quickwit: '/opt/quickwit',
  })
  expect(parse('peers')).toMatchObject({ parts: ['peers'], peers: false })
})

test('what is no part and no flag is refused with the list of both', () => {
  const list = /no part and no flag[\s\S]+\n {2}searching .*\n[\s\S]+\n {2}--compare <file>/
  expect(() => parse('serching')).toThrow(list)
  expect(() => parse('--lerge')).toThrow(list)
})

test('a setting is refused where no part that runs takes it', () => {
  expect(() => parse('kernels', 'docs=5')).toThrow('no part that runs takes `docs`')
  expect(() => parse('year', 'splits=5')).toThrow('no part that runs takes `splits`')
})

test('a flag that needs a file says so', () => {
  expect(() => parse('--json')).toThrow('--json needs a file')
  expect(() => parse('--json', '--profile')).toThrow('--json needs a file')
})

test('the document shows the default parts over two million documents, and nothing else', () => {
  expect(parse('--write-docs', '--peers')).toMatchObject({ writeDocs: true, peers: true })
  expect(() => parse('--write-docs', 'searching')).toThrow('shows the default parts')
  expect(() => parse('--write-docs', '--large')).toThrow('shows the default parts')
})

test('another checkout is measured in turn, with as many turns as are asked', () => {
  expect(parse('kernels', '--against', '../old')).toMatchObject({ against: '../old', pairs: 7 })
  const some = parse('searching', 'docs=200000', 'pairs=3', '--against', '../old')
  expect(some).toMatchObject({ pairs: 3, settings: { docs: 200_000 } })
  expect(() => parse('searching', 'pairs=3')).toThrow('pairs=<n> is for --against')
  expect(() => parse('--against', '../old', '--peers')).toThrow('not with --peers')
})

test('single rows are asked of parts that can leave others out', () => {
  expect(parse('searching', '--only', 'phrase')).toMatchObject({ only: 'phrase' })
  expect(() => parse('merging', '--only', 'phrase')).toThrow('no part that runs takes --only')
})
