import fc from 'fast-check'
import { expect, test } from 'vitest'
import { indexIdFor } from '../../src/cli/intake/inferred-fields.ts'
import { OVERLAP_NS, SeenDocs as SeenInTerminal } from '../../src/cli/search/seen-docs.ts'
import { indexIdOf } from '../../src/page/drop/index-id.ts'
import { SeenDocs } from '../../src/page/tail/seen-docs.ts'

/** Documents at few instants, some of them equal; the last instants are an overlap and more away. */
const answer = fc
  .array(fc.tuple(fc.nat(6), fc.nat(2), fc.boolean()), { maxLength: 12 })
  .map((docs) =>
    docs
      .map(([at, name, isLater]) => ({ timeNs: BigInt(at) + (isLater ? OVERLAP_NS : 0n), name }))
      .sort((a, b) => Number(a.timeNs - b.timeNs)),
  )

test('a tail in the page shows what a tail in the terminal shows, and asks from the same time on', () => {
  fc.assert(
    fc.property(answer, fc.boolean(), fc.array(answer), (first, hasEarlier, answers) => {
      const page = new SeenDocs()
      const terminal = new SeenInTerminal()
      const docs = (found: typeof first) =>
        found.map(({ timeNs, name }) => ({ timeNs, source: { name } }))
      const hits = (found: typeof first) =>
        found.map(({ timeNs, name }) => ({ index: 'logs', source: { name }, sort: [timeNs] }))
      page.begin(docs(first), hasEarlier)
      terminal.begin(hits(first), hasEarlier)
      for (const found of answers) {
        const shown = page.update(docs(found))
        expect(shown.map(({ timeNs }) => timeNs)).toEqual(
          terminal.update(hits(found)).map(({ sort: [timeNs] }) => timeNs),
        )
        expect(page.floorNs).toBe(terminal.floorNs)
      }
    }),
  )
})

test('a file that is dropped goes into the index that it would go into by ingest', () => {
  fc.assert(
    fc.property(
      // A file's name has no slash.
      fc.string({ unit: 'grapheme' }).filter((name) => !/[\\/]/.test(name)),
      (name) => {
        expect(indexIdOf(name)).toBe(indexIdFor(name))
      },
    ),
  )
})
