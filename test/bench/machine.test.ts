import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { othersCores, readWork, workOf } from '../../bench/machine.ts'

test('what a core did is told without its idle time, and of a process with those that it started', () => {
  const all = 'cpu  100 200 300 9999 9999 10 20 30 500 0'
  const self = `42 (a (name) of 3) S ${Array.from({ length: 10 }, () => '7').join(' ')} 1 2 30 40 5 5`
  expect(workOf(all, self)).toEqual({ machine: 6.6, own: 0.73 })
})

test('others had what the machine did without this process', () => {
  const from = { atMs: 0, machine: 10, own: 1 }
  expect(othersCores(from, { atMs: 4_000, machine: 18, own: 3 })).toBe(1.5)
  expect(othersCores(from, { atMs: 4_000, machine: 12, own: 3.5 })).toBe(0)
  expect(othersCores(undefined, from)).toBeUndefined()
})

test.runIf(process.platform === 'linux')('a process that was started and ended is own work', () => {
  const before = readWork()
  spawnSync(process.execPath, ['-e', 'while (process.cpuUsage().user < 200_000);'])
  const after = readWork()
  expect(after!.own - before!.own).toBeGreaterThan(0.15)
  expect(after!.machine).toBeGreaterThan(before!.machine)
})
