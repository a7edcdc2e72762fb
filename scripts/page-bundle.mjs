import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { packagesOf } from './bundled-packages.mjs'

const root = fileURLToPath(new URL('../', import.meta.url))

/**
 * The page as it is served from `/ui/`, and esbuild's account of what is in it.
 * @returns {Promise<{files: {name: string, bytes: Uint8Array}[], packages: string[],
 *   metafile: import('esbuild').Metafile}>}
 */
export async function bundlePage() {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [
      { in: 'src/page/main.tsx', out: 'page' },
      { in: 'src/page/page.css', out: 'page' },
    ],
    // Named only; nothing is written here.
    outdir: 'dist/page',
    write: false,
    metafile: true,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: ['chrome110', 'firefox115', 'safari16.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'warning',
  })
  const bundled = outputFiles.map(({ path, contents }) => ({
    name: path.slice(path.lastIndexOf('/') + 1),
    bytes: contents,
  }))
  const html = { name: 'index.html', bytes: readFileSync(`${root}src/page/index.html`) }
  return { files: [html, ...bundled], packages: packagesOf(metafile), metafile }
}
