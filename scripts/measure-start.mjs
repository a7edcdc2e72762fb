// Process start until the handler is there: what a cold start of Lambda spends on our code.
//   node scripts/measure-start.mjs [path to the node that runs the functions]
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleFunctions } from './function-bundles.mjs'

const RUNS = 15
const node = process.argv[2] ?? process.execPath
const folder = mkdtempSync(join(tmpdir(), 'qw-lambda-start-'))
const env = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'x',
  AWS_SECRET_ACCESS_KEY: 'x',
  QW_LAMBDA_INDEX_BUCKET: 'b',
  QW_LAMBDA_METASTORE_BUCKET: 'b',
  BUCKET_NAME: 'b',
  PREFIX: 'p',
}

/** performance.now() counts from the start of the process. */
const RUNNER = `const start = performance.now()
await import(process.argv[2])
console.log(JSON.stringify({ ready: performance.now(), load: performance.now() - start }))
`

try {
  writeFileSync(join(folder, 'runner.mjs'), RUNNER)
  for (const { name, code } of await bundleFunctions()) {
    const file = join(folder, `${name}.mjs`)
    writeFileSync(file, code)
    const runs = Array.from({ length: RUNS }, () =>
      JSON.parse(execFileSync(node, [join(folder, 'runner.mjs'), file], { env, encoding: 'utf8' })),
    )
    console.log(
      `${name}: ready after ${median(runs.map(({ ready }) => ready))} ms, of which ${median(runs.map(({ load }) => load))} ms are the module`,
    )
  }
} finally {
  rmSync(folder, { recursive: true })
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1].toFixed(1)
}
