import { zipSync } from 'fflate'
import { expect, test } from 'vitest'
import { createFunction, invoke, logLines } from './cloud.ts'

/** The Invoke API that the other tests rely on, with functions written for it. */
function codeOf(text: string): Uint8Array {
  return zipSync({ 'index.mjs': new TextEncoder().encode(text) })
}

test('a function runs on the Node it is deployed to, with its variables and no others', async () => {
  const name = await createFunction({
    zip: codeOf(`export const handler = async (event, context) => ({
      event, names: Object.keys(process.env), node: process.version.split('.')[0],
      own: process.env.OWN, left: context.getRemainingTimeInMillis() })`),
    environment: { OWN: 'value' },
    timeoutSeconds: 7,
  })
  const { payload, functionError } = await invoke(name, { a: [1] })
  expect(functionError).toBeUndefined()
  expect(payload).toMatchObject({ event: { a: [1] }, node: 'v24', own: 'value' })
  expect(payload['left']).toBeGreaterThan(5_000)
  expect(payload['left']).toBeLessThanOrEqual(7_000)
  expect(payload['names']).not.toContain('HOME')
  expect(payload['names']).not.toContain('VITEST')
})

test('a warm process keeps its module, and a new one starts after a crash', async () => {
  const name = await createFunction({
    zip: codeOf(`let count = 0
      export const handler = async ({ crash }) => { if (crash) process.exit(1); return { count: ++count } }`),
    environment: {},
  })
  expect((await invoke(name, {})).payload).toMatchObject({ count: 1 })
  expect((await invoke(name, {})).payload).toMatchObject({ count: 2 })
  const crashed = await invoke(name, { crash: true })
  expect(crashed).toMatchObject({
    functionError: 'Unhandled',
    payload: { errorType: 'Runtime.ExitError' },
  })
  expect((await invoke(name, {})).payload).toMatchObject({ count: 1 })
})

test('a function that takes too long is killed', async () => {
  const name = await createFunction({
    zip: codeOf(`export const handler = () => new Promise(() => setInterval(() => {}, 1000))`),
    environment: {},
    timeoutSeconds: 1,
  })
  const { functionError, payload } = await invoke(name, {})
  expect(functionError).toBe('Unhandled')
  expect(payload['errorMessage']).toContain('Task timed out after 1.00 seconds')
})

test('a function that takes too much memory is killed', async () => {
  const name = await createFunction({
    zip: codeOf(`const kept = []
      export const handler = async () => {
        for (;;) { kept.push(Buffer.alloc(8 << 20, 1)); await new Promise((r) => setTimeout(r, 10)) }
      }`),
    environment: {},
    memoryMb: 256,
  })
  expect(await invoke(name, {})).toMatchObject({
    functionError: 'Unhandled',
    payload: { errorType: 'Runtime.ExitError' },
  })
})

test('an answer over 6 MB is an error, as in Lambda', async () => {
  const name = await createFunction({
    zip: codeOf(`export const handler = async () => 'x'.repeat(7 << 20)`),
    environment: {},
  })
  expect(await invoke(name, {})).toMatchObject({
    functionError: 'Unhandled',
    payload: { errorType: 'Function.ResponseSizeTooLarge' },
  })
})

test('the log tail has the lines that the function wrote and the report', async () => {
  const name = await createFunction({
    zip: codeOf(
      `export const handler = async () => { console.log(JSON.stringify({ event: 'here' })); return 1 }`,
    ),
    environment: {},
  })
  const { log } = await invoke(name, {})
  expect(logLines(log)).toEqual([{ event: 'here' }])
  expect(log).toMatch(
    /REPORT RequestId: \S+\tDuration: [\d.]+ ms\t.*Memory Size: 1024 MB\t.*Init Duration/,
  )
})
