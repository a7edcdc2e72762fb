// The main job on the embedded stack, from a fresh clone: set up, 100,000 documents in, hits out.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import './setup.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = join(root, '.demo')
const where = ['--stack', 'demo', '--data-dir', folder, '--config', join(folder, 'qw-lambda.json')]

if (existsSync(join(folder, 'demo', 'stack.json'))) {
  run(['teardown', '--confirm', 'demo', '--quiet'])
}
run(['init', '--target', 'local', '--name', 'demo', '--data', 'sample', '--force', '-y'])
show(`qw-lambda search 'quantity:>5' --count`)
run(['search', 'quantity:>5', '--count'])
show(`qw-lambda search 'quantity:>5' --histogram 5s --by quantity`)
run(['search', 'quantity:>5', '--histogram', '5s', '--by', 'quantity'])
process.stdout.write(`
Next, try
  node bin/qw-lambda.js search 'description:animal AND price:<10' --data-dir .demo
  node bin/qw-lambda.js serve --data-dir .demo
  node bin/qw-lambda.js teardown --data-dir .demo
`)

function run(args) {
  const command = [join(root, 'bin', 'qw-lambda.js'), ...args, ...where]
  try {
    execFileSync(process.execPath, command, { stdio: 'inherit' })
  } catch (error) {
    process.exit(error.status ?? 1)
  }
}

function show(command) {
  process.stdout.write(`\n$ ${command}\n`)
}
