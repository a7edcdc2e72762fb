import fc from 'fast-check'
import { expect, test } from 'vitest'
import { QwError } from '../engine/errors.ts'
import { errorFromReply, errorReply } from './api-error.ts'
import { elasticErrorReply } from './elastic/elastic-error.ts'

const ERRORS = fc.oneof(
  fc.constant(['notFound', 'INDEX-NONE'] as const),
  fc.constant(['conflict', 'META-CONFLICT'] as const),
  fc.constant(['unavailable', 'SEARCH-TIMEOUT'] as const),
  fc.constant(['tooLarge', 'QUERY-LIMIT'] as const),
  fc.constant(['invalid', 'PARSE-QUERY'] as const),
)

test('an error that has a code comes back from its answer as it was thrown', async () => {
  await fc.assert(
    fc.asyncProperty(
      ERRORS,
      fc.string(),
      fc.option(fc.string(), { nil: undefined }),
      fc.option(fc.nat(), { nil: undefined }),
      fc.constantFrom(errorReply, elasticErrorReply),
      async ([kind, code], message, fix, position, replyWith) => {
        const reply = replyWith(new QwError<typeof kind>(kind, message, { code, fix, position }))
        const { status } = reply
        expect(errorFromReply(status, await reply.text())).toMatchObject({
          kind,
          code,
          message,
          fix,
          position,
        })
      },
    ),
  )
})

test('an answer of the Elasticsearch routes keeps its reason', async () => {
  const reply = elasticErrorReply(new QwError('notFound', 'index `x` not found'))
  expect(errorFromReply(reply.status, await reply.text())).toMatchObject({
    kind: 'notFound',
    message: 'index `x` not found',
  })
})

test.each([
  [404, 'notFound'],
  [408, 'tooLarge'],
  [413, 'tooLarge'],
  [429, 'unavailable'],
  [504, 'unavailable'],
  [418, 'invalid'],
  [502, 'internal'],
])('a page of a proxy with status %i is %s', (status, kind) => {
  expect(errorFromReply(status, '<html>')).toMatchObject({
    kind,
    code: undefined,
    message: `the API answered with status ${status}`,
  })
})
