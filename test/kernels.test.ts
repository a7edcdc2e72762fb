import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { SCAN_KERNEL } from '../src/engine/search/clauses/scan-kernel-bytes.ts'

test('the kernel that searches start is what its source compiles to', () => {
  const compiled = execFileSync(process.execPath, ['scripts/write-kernels.mjs', '--print'])
  expect(SCAN_KERNEL).toBe(compiled.toString().trim())
}, 60_000)
