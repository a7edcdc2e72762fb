import { expect, test } from 'vitest'
import { QwError } from '../../engine/errors.ts'
import type { Output } from '../format/streams.ts'
import { styleFor } from '../format/style.ts'
import { plainReporter } from '../reporters/plain.ts'
import { jqOutput } from './jq-output.ts'

const style = styleFor({ isTerminal: false, choice: 'never', ascii: false, env: {} })

interface Filtered {
  readonly out: Output
  readonly written: { stdout: string; stderr: string }
}

async function filter(program: string, indents = false): Promise<Filtered> {
  const written = { stdout: '', stderr: '' }
  const write = (text: string | Uint8Array): Promise<void> => {
    written.stdout += String(text)
    return Promise.resolve()
  }
  const report = plainReporter({
    style,
    level: 'normal',
    errors: 'text',
    phases: 'lines',
    nowMs: () => 0,
    write: (text) => (written.stderr += text),
  })
  const plain: Output = { isTerminal: indents, columns: 80, style, write }
  return { out: await jqOutput(program, { out: plain, report, indents }), written }
}

async function result(program: string, ...texts: readonly string[]): Promise<string> {
  const { out, written } = await filter(program)
  for (const text of texts) await out.write(text)
  await out.end?.()
  return written.stdout
}

async function refusal(act: Promise<unknown>): Promise<QwError> {
  return await act.then(
    () => expect.fail('it was taken'),
    (error: unknown) => {
      if (error instanceof QwError) return error
      throw error
    },
  )
}

test('one result a line; texts lose their quotes and keep every other character', async () => {
  const doc = String.raw`{"a":"x\n\"y\"  ","b":[1,{"c":null}]}`
  expect(await result('.a, .b, .b[1].c', `${doc}\n`)).toBe('x\n"y"  \n[1,{"c":null}]\nnull\n')
  expect(await result('.a | tojson', `${doc}\n`)).toBe(String.raw`"x\n\"y\"  "` + '\n')
})

test('integers of 64 bits come out as they went in, wherever the program puts them', async () => {
  const doc = '{"id":18446744073709551615,"ids":[9007199254740993,-9223372036854775808],"f":1.0}\n'
  expect(await result('{id, least: (.ids | min), all: [.ids[]]}', doc)).toBe(
    '{"id":18446744073709551615,"least":-9223372036854775808,"all":[9007199254740993,-9223372036854775808]}\n',
  )
  expect(await result('.f, "\\(.id)"', doc)).toBe('1.0\n18446744073709551615\n')
})

test('an integer that arithmetic rounded is warned about; one inside a text is none', async () => {
  const { out, written } = await filter('.id + 0, "12345678\\(.n)"')
  await out.write('{"id":18446744073709551615,"n":23456789}\n')
  expect(written.stdout).toBe('18446744073709552000\n1234567823456789\n')
  expect(written.stderr).toContain('18446744073709552000 is rounded')
  const kept = await filter('.id')
  await kept.out.write('{"id":18446744073709551615}\n')
  expect(kept.written.stderr).toBe('')
})

test('documents are taken up to the end of a line, however they were cut for writing', async () => {
  expect(await result('.hits | length', '{"num_hits":2,"hits":[', '1', ',2', ']}\n')).toBe('2\n')
  expect(await result('.n', '{"n":1}\n{"n":2}\n', '{"n":3}\n')).toBe('1\n2\n3\n')
  expect(await result('.n', '{"n":1}')).toBe('1\n')
})

test('a wrong program is refused before anything is written, with the place in it', async () => {
  const unfinished = await refusal(filter('.hits['))
  expect(unfinished).toMatchObject({ kind: 'invalid', code: 'USAGE', position: 5 })
  expect(unfinished.why).toBe('.hits[\n     ^')
  // Places are counted in bytes by jq, and in characters here.
  const unknown = await refusal(filter('"é😀" |\n  .a | foo'))
  expect(unknown.message).toBe('--jq: foo/0 is not defined at 2:8')
  expect(unknown.why).toBe('  .a | foo\n       ^')
  expect((await refusal(filter(''))).message).toContain('program not given')
})

test('a program that begins with a dash is a program', async () => {
  expect(await result('-.n', '{"n":2}\n')).toBe('-2\n')
})

test('what fails on a document is an error after the results before it', async () => {
  const { out, written } = await filter('.a.b')
  const error = await refusal(out.write('{"a":{"b":1}}\n{"a":2}\n'))
  expect(written.stdout).toBe('1\n')
  expect(error.message).toBe('--jq: Cannot index number with string ("b")')
  expect(error.fix).toContain('?')
})

test('what is no JSON is said to be none', async () => {
  const { out } = await filter('.')
  expect((await refusal(out.write('curl -sS http://here\n'))).message).toContain('printed no JSON')
})

test('debug goes to stderr; results for reading are indented', async () => {
  const { out, written } = await filter('debug | {a}', true)
  await out.write('{"a":[1]}\n')
  expect(written.stderr).toBe('["DEBUG:",{"a":[1]}]\n')
  expect(written.stdout).toBe('{\n  "a": [\n    1\n  ]\n}\n')
})
