// Compiles assembly/scan.ts and writes what comes out into the TypeScript that starts it: bundles and zips
// need no file beside them, and nobody but who changes a kernel needs the compiler.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const TARGET = join(root, 'src/engine/search/clauses/scan-kernel-bytes.ts')

const base64 = (await compile(join('assembly', 'scan.ts'))).toString('base64')
// `--print` shows it in place of writing it.
if (process.argv.includes('--print')) console.log(base64)
else {
  const lines = base64.match(/.{1,90}/g).map((line) => `  '${line}'`)
  writeFileSync(
    TARGET,
    `/** WebAssembly that \`npm run kernels\` made of assembly/scan.ts, in base64. */
export const SCAN_KERNEL =
${lines.join(' +\n')}
`,
  )
}

async function compile(entry) {
  let binary
  let messages = ''
  const options = [
    '--optimizeLevel=3',
    '--runtime=stub',
    '--noAssert',
    '--enable=simd',
    '--initialMemory=1',
    '--maximumMemory=1',
    '--outFile=scan.wasm',
  ]
  const { error } = await asc.main([entry, ...options], {
    readFile: (name, base) => {
      try {
        return readFileSync(join(root, base, name), 'utf8')
      } catch {
        return null
      }
    },
    writeFile: (_, bytes) => {
      binary = bytes
    },
    listFiles: () => [],
    stderr: {
      write: (text) => {
        messages += text
      },
    },
  })
  if (error !== null) throw new Error(`${entry} does not compile: ${String(error)}\n${messages}`)
  return Buffer.from(binary)
}
