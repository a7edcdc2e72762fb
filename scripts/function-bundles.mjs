import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { zipSync } from 'fflate'
import { packagesOf } from './bundled-packages.mjs'
import { bundlePage } from './page-bundle.mjs'

export const FUNCTIONS = ['generator', 'indexer', 'searcher']

const root = fileURLToPath(new URL('../', import.meta.url))

/**
 * One minified ES module per function, with everything it needs inside; one beside it for its thread. The output depends on the
 * sources and package-lock.json alone: no path, time or commit goes into it.
 * @returns {Promise<{name: string, code: Uint8Array, zip: Uint8Array, sha256: string, packages: string[]}[]>}
 */
export function bundleFunctions() {
  return Promise.all(FUNCTIONS.map(bundleFunction))
}

async function bundleFunction(name) {
  const { outputFiles, metafile } = await bundle(`src/functions/${name}.ts`)
  const code = outputFiles[0].contents
  const zip = zipOf({ 'index.mjs': code, ...(await filesBeside(name)) })
  return {
    name,
    code,
    zip,
    sha256: createHash('sha256').update(zip).digest('hex'),
    packages: packagesOf(metafile),
  }
}

async function filesBeside(name) {
  switch (name) {
    case 'indexer': {
      const { outputFiles } = await bundle('src/threads/split-worker.ts')
      return { 'split-worker.mjs': outputFiles[0].contents }
    }
    case 'searcher':
      return await pageFiles()
    default:
      return {}
  }
}

function bundle(entry) {
  const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  return build({
    absWorkingDir: root,
    entryPoints: [entry],
    // Named only; nothing is written.
    outfile: 'index.mjs',
    write: false,
    metafile: true,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // For a Node without zstd, which the functions' is not: never imported there.
    external: ['fzstd'],
    mainFields: ['module', 'main'],
    // Its ES module: the one for Node is CommonJS, which would need a `require` and 8 ms more at start.
    alias: { yaml: `${root}node_modules/yaml/browser/dist/index.js` },
    legalComments: 'none',
    define: { PACKAGE_VERSION: JSON.stringify(version) },
    logLevel: 'warning',
  })
}

/** fflate rather than node:zlib, whose output differs between processors and versions of Node. */
function zipOf(files) {
  // 1980-01-01 is where zip's time begins; its fields are local time, which the offset takes out.
  const start = new Date(1980, 0, 1)
  const facts = { level: 9, mtime: start, os: 3, attrs: 0o644 << 16 }
  const entries = Object.entries(files).map(([name, bytes]) => [name, [bytes, facts]])
  return zipSync(Object.fromEntries(entries))
}

/** Where the page finds the API beside itself: `/api/v1/` on a server, `v1/` of the stage behind the gateway. */
const API_PLACE = { server: 'content="../api/v1/"', gateway: 'content="../v1/"' }

async function pageFiles() {
  const { files } = await bundlePage()
  return Object.fromEntries(
    files.map(({ name, bytes }) => [
      `page/${name}`,
      name === 'index.html' ? behindGateway(bytes) : bytes,
    ]),
  )
}

function behindGateway(html) {
  const text = Buffer.from(html).toString()
  if (!text.includes(API_PLACE.server)) throw new Error(`index.html lacks ${API_PLACE.server}`)
  return Buffer.from(text.replace(API_PLACE.server, API_PLACE.gateway))
}
