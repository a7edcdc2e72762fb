// Fails when a function's zip is too large or holds a package that it should not.
import { bundleFunctions } from './function-bundles.mjs'

const ZIP_BYTES_MAX = 500_000
/** Beyond this a zip still passes, and is named. */
const ZIP_BYTES_AIM = 200_000

/** What each function may hold; a new package has to be entered here by somebody who wants it there. */
const PACKAGES = {
  generator: [],
  indexer: ['hyparquet', 'yaml'],
  // The refusal of OpenTelemetry's batches is written as they are.
  searcher: ['@bufbuild/protobuf', 'hono', 'yaml'],
}

const breaches = []
for (const { name, zip, packages } of await bundleFunctions()) {
  const size = `${(zip.byteLength / 1_000).toFixed(1)} kB`
  const overAim =
    zip.byteLength > ZIP_BYTES_AIM ? `, over the aim of ${ZIP_BYTES_AIM / 1_000} kB` : ''
  console.log(`${name}.zip ${size}${overAim}; packages: ${packages.join(', ') || 'none'}`)
  if (zip.byteLength > ZIP_BYTES_MAX) {
    breaches.push(`${name}.zip is ${size}, over ${ZIP_BYTES_MAX / 1_000} kB`)
  }
  for (const found of packages.filter((each) => !PACKAGES[name].includes(each))) {
    breaches.push(`${name}.zip holds the package ${found}`)
  }
}
for (const breach of breaches) console.error(`over budget: ${breach}`)
process.exitCode = breaches.length === 0 ? 0 : 1
