// Fails when a function's zip or the page is too large or holds a package that it should not.
import { gzipSync } from 'node:zlib'
import { bundleFunctions } from './function-bundles.mjs'
import { bundlePage } from './page-bundle.mjs'

const ZIP_BYTES_MAX = 500_000
/** Beyond this a zip still passes, and is named. */
const ZIP_BYTES_AIM = 200_000
/** All files of the page together, each gzipped. */
const PAGE_BYTES_MAX = 150_000
const PAGE_BYTES_AIM = 80_000

/** What each function may hold; a new package has to be entered here by somebody who wants it there. */
const PACKAGES = {
  generator: [],
  indexer: ['hyparquet', 'yaml'],
  // The refusal of OpenTelemetry's batches is written as they are.
  searcher: ['@bufbuild/protobuf', 'hono', 'yaml'],
}
const PAGE_PACKAGES = ['@preact/signals', '@preact/signals-core', 'preact', 'uplot']

const breaches = []
for (const { name, zip, packages } of await bundleFunctions()) {
  check({ name: `${name}.zip`, bytes: zip.byteLength, packages }, PACKAGES[name], {
    max: ZIP_BYTES_MAX,
    aim: ZIP_BYTES_AIM,
  })
}
const page = await bundlePage()
const pageBytes = page.files
  .map(({ bytes }) => gzipSync(bytes, { level: 9 }).byteLength)
  .reduce((sum, bytes) => sum + bytes)
check({ name: 'page, gzipped', bytes: pageBytes, packages: page.packages }, PAGE_PACKAGES, {
  max: PAGE_BYTES_MAX,
  aim: PAGE_BYTES_AIM,
})
for (const breach of breaches) console.error(`over budget: ${breach}`)
process.exitCode = breaches.length === 0 ? 0 : 1

function check({ name, bytes, packages }, allowed, { max, aim }) {
  const size = `${(bytes / 1_000).toFixed(1)} kB`
  const overAim = bytes > aim ? `, over the aim of ${aim / 1_000} kB` : ''
  console.log(`${name} ${size}${overAim}; packages: ${packages.join(', ') || 'none'}`)
  if (bytes > max) breaches.push(`${name} is ${size}, over ${max / 1_000} kB`)
  for (const found of packages.filter((each) => !allowed.includes(each))) {
    breaches.push(`${name} holds the package ${found}`)
  }
}
