import type { CliContext } from './context.ts'
import { LOCAL_STACK_NAME } from '../../local/layout.ts'
import { DEPLOYMENT_SECTION, REGION } from '../../deploy/deployment-config.ts'
import { parseDuration } from '../../engine/dates/duration.ts'
import {
  choice,
  mapped,
  object,
  optional,
  refuse,
  text,
  type Place,
  type Shape,
} from '../../engine/schema/shape.ts'

/** A duration, or the word for none at all. */
function durationOr(word: string): Shape<string> {
  return mapped(text(), (written, place) => {
    if (written === word || parseDuration(written) !== undefined) return written
    return refuse(place, `expected a duration such as 30d or \`${word}\`, got \`${written}\``)
  })
}

const NAME = text({
  pattern: LOCAL_STACK_NAME,
  refusal: (name) =>
    `\`${name}\` is no stack name: a small letter, then 2 to 30 small letters, digits or \`-\``,
})

/** What each is, the cost model knows, and says when it reads them. */
const ASSUMPTIONS: Shape<unknown> = {
  schema: {
    type: 'object',
    additionalProperties: { type: ['number', 'string', 'boolean'] },
  },
  read(value, place) {
    if (typeof value === 'object' && !Array.isArray(value)) return value
    return refuse(place, 'expected an object')
  },
}

/** Searches by name, each as its flags; which those are, `search` says when it runs one. */
export const SAVED_QUERIES: Shape<unknown> = {
  schema: {
    type: 'object',
    additionalProperties: {
      type: 'object',
      additionalProperties: { type: ['string', 'number', 'boolean'] },
    },
  },
  read(value, place) {
    for (const [name, flags] of entriesOf(value, place)) {
      const at = { ...place, path: `${place.path}.${name}` }
      for (const [flag, setting] of entriesOf(flags, at)) {
        if (['string', 'number', 'boolean'].includes(typeof setting)) continue
        refuse({ ...at, path: `${at.path}.${flag}` }, 'expected a text, a number, true or false')
      }
    }
    return value
  },
}

function entriesOf(value: unknown, place: Place): [string, unknown][] {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? Object.entries(value) : refuse(place, 'expected an object')
}

/** `qw-lambda.json`: what a project wants, safe to commit. */
export const PROJECT_FILE = object({
  $schema: optional('For editors alone.', text()),
  name: optional('The stack.', NAME),
  target: optional('Where it runs.', choice(['local', 'aws'])),
  region: optional('Of AWS.', REGION),
  profile: optional('Of the AWS configuration.', text()),
  dataDir: optional('Where local stacks live, relative to this file.', text()),
  index: optional('The index that commands mean when none is named.', text()),
  indexConfig: optional('The config that the index was made from.', text()),
  generator: optional(
    'Sample data of a local stack.',
    object({ every: optional('A batch this often, or none.', durationOr('none')) }),
  ),
  retention: optional('Documents of a local stack stay this long.', durationOr('forever')),
  costAssumptions: optional('What cost-estimate assumes.', ASSUMPTIONS),
  queries: optional('Searches with a name, as search --save keeps them.', SAVED_QUERIES),
  deployment: optional('What is deployed to AWS.', DEPLOYMENT_SECTION),
})

/** The project file of a stack with these settings; undefined takes one away. What a user wrote beside
 *  them stays, unless the file is another stack's. */
export function projectWith(
  { settings, version }: Pick<CliContext, 'settings' | 'version'>,
  wanted: Readonly<Record<string, unknown>> & { readonly name: string },
): Record<string, unknown> {
  const before = settings.project?.document ?? {}
  const kept = before['name'] === undefined || before['name'] === wanted.name ? before : {}
  const schema = `https://unpkg.com/qw-lambda@${version}/dist/schemas/qw-lambda.schema.json`
  return { $schema: schema, ...kept, ...wanted }
}
