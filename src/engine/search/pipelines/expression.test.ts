import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileScript } from './expression.ts'

const RULES = { params: new Set(['a', 'b']), hasValues: true, bareNames: false }
const PARAMS = new Map([
  ['a', 6],
  ['b', 4],
])

function run(source: string, rules = RULES): number | boolean {
  const { run: script } = compileScript(source, rules, (reason) => {
    throw new Error(reason)
  })
  return script({ params: PARAMS, values: [1, 5, 3] })
}

test.each<[string, number | boolean]>([
  ['params.a / params.b', 1.5],
  ['params[\'a\'] - params["b"]', 2],
  ['return params.a * 100;', 600],
  ['1 + 2 * 3 - -4', 11],
  ['(1 + 2) * 3 % 5', 4],
  ['params.a > 5 && params.b <= 4 || false', true],
  ['!(params.a == params.b) ? 1.5 : 2', 1.5],
  ['params.a != null && params.a >= 6', true],
  ['Math.max(params.a, Math.pow(params.b, 2))', 16],
  ['Math.round(2.4f) + 1e2', 102],
  ['MovingFunctions.max(values) - MovingFunctions.min(values)', 4],
  ['MovingFunctions.stdDev(values, MovingFunctions.unweightedAvg(values))', Math.sqrt(8 / 3)],
  ['values.length > 2 ? values[0] : Double.NaN', 1],
  ['MovingFunctions.holtWinters(values, 0.3, 0.1, 0.1, 7, false)', NaN],
])('`%s` is %s', (source, value) => {
  expect(run(source)).toEqual(value)
})

test.each([
  ['', 'unexpected `end`'],
  ['params.c', 'unknown `params.c`'],
  ["doc['price'].value", 'unknown `doc`'],
  ['if (params.a > 1) { return 1 }', 'must be one expression'],
  ['params.a; params.b', 'must be one expression'],
  ['params.a +', 'unexpected `end`'],
  ['params.a params.b', 'unexpected `params`'],
  ['1 / 2 * params.a', 'write 1.0'],
  ['params.a > 1 ? 1', 'expected `:`'],
  ['params.a && true', 'a number where a condition must be'],
  ['true + 1', 'a boolean where a number must be'],
  ['Math.max(1)', '`Math.max` takes (number, number), not (number)'],
  ['values', 'all `values`'],
  ['constructor', 'unknown `constructor`'],
  ['Math.constructor(1)', 'unknown `Math.constructor`'],
  ['a', 'unknown `a`'],
])('`%s` is refused: %s', (source, reason) => {
  expect(() => run(source)).toThrow(reason)
})

test('in the language `expression` a name alone is a parameter', () => {
  expect(run('a / b', { ...RULES, bareNames: true })).toBe(1.5)
})

/** Arithmetic as JavaScript has it too, so that it says what is right. */
const arithmetic = fc.letrec<{ all: string; leaf: string; pair: string; nested: string }>(
  (tie) => ({
    all: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      tie('leaf'),
      tie('pair'),
      tie('nested'),
    ),
    leaf: fc.constantFrom('params.a', 'params.b', '0.5', '2.0', '7.25'),
    pair: fc
      .tuple(tie('all'), fc.constantFrom(' + ', ' - ', ' * ', ' / ', ' % '), tie('all'))
      .map((parts) => parts.join('')),
    nested: tie('all').map((inner) => `(${inner})`),
  }),
)

test('operators bind as they do elsewhere', () => {
  const plain = (source: string): unknown =>
    // oxlint-disable-next-line no-implied-eval, no-new-func -- the text is made two lines above
    new Function('params', `return ${source}`)({ a: 6, b: 4 })
  fc.assert(
    fc.property(arithmetic.all, (source) => {
      expect(run(source)).toEqual(plain(source))
    }),
  )
})

test('no text of any kind makes anything but a value or a reason', () => {
  const piece = fc.oneof(
    fc.string({ maxLength: 4 }),
    fc.constantFrom('params', '.', 'a', '(', ')', '+', '?', ':', '1', '/', 'values', '[', ']'),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      try {
        run(pieces.join(''))
      } catch (error) {
        expect(String(error)).toMatch(/script|`|values|whole/)
      }
    }),
  )
})
