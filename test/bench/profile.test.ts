import { expect, test } from 'vitest'
import { hottestFunctions, type CpuProfile } from '../../bench/profile.ts'

const profile = (
  frames: readonly [string, string],
  ...samples: [number, number][]
): CpuProfile => ({
  nodes: [
    ...frames.map((functionName, at) => ({
      id: at + 1,
      callFrame: { functionName, url: 'file:///bundle/part.mjs', lineNumber: 9 + at },
    })),
    { id: 3, callFrame: { functionName: '(idle)', url: '', lineNumber: -1 } },
  ],
  samples: samples.map(([id]) => id),
  timeDeltas: samples.map(([, us]) => us),
})

test('functions are ordered by the time in themselves, over all threads, without the idle time', () => {
  const hot = hottestFunctions([
    profile(['unpack', 'scan'], [1, 1_000], [2, 3_000], [3, 90_000]),
    profile(['unpack', 'scan'], [1, 6_000]),
  ])
  expect(hot).toEqual([
    { name: 'unpack part.mjs:10', selfMs: 7, share: 0.7 },
    { name: 'scan part.mjs:11', selfMs: 3, share: 0.3 },
  ])
})
