// Builds dist/functions/{indexer,searcher,generator}.zip and the manifest that lists them.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { bundleFunctions } from './function-bundles.mjs'

const folder = fileURLToPath(new URL('../dist/functions/', import.meta.url))

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
const manifest = {}
for (const { name, code, zip, sha256 } of await bundleFunctions()) {
  writeFileSync(`${folder}${name}.zip`, zip)
  manifest[name] = {
    file: `${name}.zip`,
    sha256,
    size_bytes: zip.byteLength,
    unzipped_bytes: code.byteLength,
  }
  console.log(`${name}.zip ${(zip.byteLength / 1000).toFixed(1)} kB ${sha256.slice(0, 16)}`)
}
writeFileSync(`${folder}manifest.json`, `${JSON.stringify(manifest, null, 2)}\n`)
