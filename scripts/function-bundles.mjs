import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { zipSync } from 'fflate'

export const FUNCTIONS = ['generator', 'indexer', 'searcher']

const root = fileURLToPath(new URL('../', import.meta.url))

/**
 * One minified ES module per function, with everything it needs inside. The output depends on the
 * sources and package-lock.json alone: no path, time or commit goes into it.
 * @returns {Promise<{name: string, code: Uint8Array, zip: Uint8Array, sha256: string, packages: string[]}[]>}
 */
export function bundleFunctions() {
  return Promise.all(FUNCTIONS.map(bundleFunction))
}

async function bundleFunction(name) {
  const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [`src/functions/${name}.ts`],
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
  const code = outputFiles[0].contents
  const zip = zipOf(code)
  return {
    name,
    code,
    zip,
    sha256: createHash('sha256').update(zip).digest('hex'),
    packages: packagesOf(metafile),
  }
}

/** fflate rather than node:zlib, whose output differs between processors and versions of Node. */
function zipOf(code) {
  // 1980-01-01 is where zip's time begins; its fields are local time, which the offset takes out.
  const start = new Date(1980, 0, 1)
  return zipSync({ 'index.mjs': [code, { level: 9, mtime: start, os: 3, attrs: 0o644 << 16 }] })
}

/** Packages of which at least one byte is in the bundle. */
export function packagesOf(metafile) {
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs))
  const names = inputs
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1])
  return [...new Set(names.filter((name) => name !== undefined))].toSorted()
}
