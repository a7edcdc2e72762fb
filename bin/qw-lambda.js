#!/usr/bin/env node
// Old Node versions fail on the bundle's syntax with a stack trace, so they are turned away here.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `✗ qw-lambda needs Node 20.19 or later; this is ${process.versions.node}.\n  Fix   install a current Node from https://nodejs.org\n`,
  )
  process.exit(2)
}
const { main } = await import('../dist/cli/main.js')
await main()
