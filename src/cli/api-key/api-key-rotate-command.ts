import { randomBytes } from 'node:crypto'
import { readApiKey, rotateApiKey } from '../../deploy/api-key.ts'
import { QwError } from '../../engine/errors.ts'
import { drawEvents } from '../deployment/draw-events.ts'
import { masked } from '../deployment/end-card.ts'
import { defineCommand } from '../command/command.ts'
import { formatDuration } from '../../engine/dates/duration.ts'
import { printJson } from '../command/rows.ts'
import { duration, text } from '../command/option.ts'

const DEFAULT_GRACE_MS = 15 * 60_000
const KEY_LENGTH = 40

export const apiKeyRotateCommand = defineCommand({
  description:
    'Both keys work during the grace period. An interrupted rotation is finished by running it again.',
  options: {
    grace: duration('--grace <duration>', 'how long the old key goes on working (15m)'),
    confirm: text('--confirm <name>', 'the deployment’s name, for --grace 0s'),
  },
  async run(context, { options }) {
    const { currentDeployment } = await import('../stack/aws-deployment.ts')
    const { name, state, session } = await currentDeployment(context)
    const graceMs = options.grace ?? DEFAULT_GRACE_MS
    if (!Number.isFinite(graceMs)) {
      throw new QwError('invalid', '--grace needs an end', {
        code: 'USAGE',
        fix: 'such as --grace 1h',
      })
    }
    const oldKey = await readApiKey(state, session.ports.secrets)
    if (graceMs === 0) {
      const message = `Whatever uses the key ${masked(oldKey)} of ${name} stops working at once`
      await context.prompts.typedName({ message, name, given: options.confirm })
    } else {
      const agreed = await context.prompts.confirm({
        message: `Make a new key and drop ${masked(oldKey)} after ${formatDuration(graceMs)}?`,
        flag: '--yes',
        fallback: true,
      })
      if (!agreed)
        throw new QwError('invalid', 'not rotated. Nothing was changed.', { code: 'CONFIRM' })
    }
    const rotation = { deployment: name, newKey: newKey(), graceMs }
    await drawEvents(context, rotateApiKey(rotation, session.ports, context.signal))
    const { stacks, secrets } = session.ports
    const key = await readApiKey((await stacks.describe(state.stackId)) ?? state, secrets)
    if (context.format === 'json') {
      return await printJson(context, {
        schema: 'qw-lambda/api-key-rotate/1',
        key: masked(key),
        old: masked(oldKey),
      })
    }
    context.report.note(`The key is now ${masked(key)}; ${masked(oldKey)} is gone.`)
    context.report.hint('Show it: qw-lambda api-key show')
  },
})

/** Letters and digits, as API Gateway takes them: 40 of 62 are 238 bits. */
function newKey(): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  let key = ''
  while (key.length < KEY_LENGTH) {
    for (const byte of randomBytes(KEY_LENGTH)) {
      // Bytes past the last whole round of letters would make some letters likelier.
      if (byte < letters.length * 4 && key.length < KEY_LENGTH)
        key += letters[byte % letters.length]
    }
  }
  return key
}
