import type { FunctionPort } from '../deploy/ports.ts'
import { QwError } from '../engine/errors.ts'
import { call, errorName } from './aws-errors.ts'
import { clientConfig, lazy, type AwsSettings } from './settings.ts'

/** Lambda answers nothing until the function ends, which may be 15 minutes later. */
const INVOKE_TIMEOUT_MS = 910_000

export function makeFunctions(settings: AwsSettings): FunctionPort {
  const open = lazy(async () => {
    const sdk = await import('@aws-sdk/client-lambda')
    const requestHandler = { requestTimeout: INVOKE_TIMEOUT_MS }
    return { sdk, client: new sdk.LambdaClient({ ...clientConfig(settings), requestHandler }) }
  })
  return {
    async invoke(name, payload, signal) {
      const { sdk, client } = await open()
      return call(`invoke ${name}`, async () => {
        try {
          const command = new sdk.InvokeCommand({
            FunctionName: name,
            Payload: payload,
            LogType: 'Tail',
          })
          const answer = await client.send(command, signal ? { abortSignal: signal } : {})
          return {
            payload: answer.Payload ?? new Uint8Array(),
            functionError: answer.FunctionError,
            logTail: Buffer.from(answer.LogResult ?? '', 'base64').toString(),
            requestId: answer.$metadata.requestId,
          }
        } catch (error) {
          if (errorName(error) !== 'RequestTooLargeException') throw error
          throw new QwError('tooLarge', `the request to ${name} is over Lambda's 6 MB`, {
            code: 'REQ-TOO-BIG',
            fix: 'send less at once',
            cause: error,
          })
        }
      })
    },
    async mapping(id) {
      const { sdk, client } = await open()
      return call('read the state of the event source mapping', async () => {
        try {
          const answer = await client.send(new sdk.GetEventSourceMappingCommand({ UUID: id }))
          if (answer.State === 'Enabled') return 'enabled' as const
          return answer.State === 'Disabled' ? ('disabled' as const) : ('changing' as const)
        } catch (error) {
          if (errorName(error) === 'ResourceNotFoundException') return undefined
          throw error
        }
      })
    },
    async setMapping(id, state) {
      const { sdk, client } = await open()
      await call(`turn the event source mapping ${state}`, () =>
        client.send(
          new sdk.UpdateEventSourceMappingCommand({ UUID: id, Enabled: state === 'enabled' }),
        ),
      )
    },
  }
}
