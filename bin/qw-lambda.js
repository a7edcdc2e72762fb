#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import module from 'node:module'

// Old Node versions fail on the bundle's syntax with a stack trace, so they are turned away here.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `✗ qw-lambda needs Node 20.19 or later; this is ${process.versions.node}.\n  Fix   install a current Node from https://nodejs.org\n`,
  )
  process.exit(2)
}
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const argv = process.argv.slice(2)
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  process.stdout.on('error', ({ message }) => {
    process.stderr.write(`✗ The answer could not be written to its end: ${message}\n`)
    process.exit(9)
  })
  process.stdout.write(`${version}\n`)
} else {
  // Newer versions of Node keep the compiled code between runs.
  module.enableCompileCache?.()
  const { main } = await import('../dist/cli/main.js')
  await main(argv, version)
}
