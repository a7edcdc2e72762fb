import { setTimeout } from 'node:timers/promises'
import type { InvokeCommandInput, InvokeCommandOutput } from '@aws-sdk/client-lambda'
import type { FunctionPort } from '../deploy/ports.ts'
import { QwError } from '../engine/errors.ts'
import { call, errorName } from './aws-errors.ts'
import { clientConfig, lazy, type AwsSettings } from './settings.ts'

/** Lambda answers nothing until the function ends, which may be 15 minutes later. */
const INVOKE_TIMEOUT_MS = 910_000
/** Tries of an invocation that was throttled, and therefore did not begin. */
const THROTTLED_TRIES_MAX = 8
const THROTTLED_PAUSE_MS = 500
const THROTTLED_PAUSE_MS_MAX = 10_000

export function makeFunctions(settings: AwsSettings): FunctionPort {
  const open = lazy(async () => {
    const sdk = await import('@aws-sdk/client-lambda')
    const config = clientConfig(settings)
    const requestHandler = { requestTimeout: INVOKE_TIMEOUT_MS }
    return {
      sdk,
      client: new sdk.LambdaClient(config),
      // The SDK would repeat after a broken connection, when the function is long at work: two runs.
      invoker: new sdk.LambdaClient({ ...config, requestHandler, maxAttempts: 1 }),
    }
  })

  async function send(
    name: string,
    input: Pick<InvokeCommandInput, 'Payload' | 'LogType' | 'InvocationType'>,
    signal: AbortSignal | undefined,
  ): Promise<InvokeCommandOutput> {
    const { sdk, invoker } = await open()
    const command = new sdk.InvokeCommand({ FunctionName: name, ...input })
    return call(`invoke ${name}`, async () => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await invoker.send(command, signal ? { abortSignal: signal } : {})
        } catch (error) {
          if (errorName(error) === 'RequestTooLargeException') throw requestTooLarge(name, error)
          const isThrottled = errorName(error) === 'TooManyRequestsException'
          if (!isThrottled || attempt === THROTTLED_TRIES_MAX) throw error
          const pauseMs = Math.min(THROTTLED_PAUSE_MS_MAX, THROTTLED_PAUSE_MS * 2 ** (attempt - 1))
          await setTimeout(pauseMs, undefined, signal ? { signal } : {})
        }
      }
    })
  }

  return {
    async invoke(name, payload, signal) {
      const answer = await send(name, { Payload: payload, LogType: 'Tail' }, signal)
      return {
        payload: answer.Payload ?? new Uint8Array(),
        functionError: answer.FunctionError,
        logTail: Buffer.from(answer.LogResult ?? '', 'base64').toString(),
        requestId: answer.$metadata.requestId,
      }
    },
    async start(name, payload, signal) {
      await send(name, { Payload: payload, InvocationType: 'Event' }, signal)
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

function requestTooLarge(name: string, cause: unknown): QwError {
  return new QwError('tooLarge', `the request to ${name} is over Lambda's 6 MB`, {
    code: 'REQ-TOO-BIG',
    fix: 'send less at once',
    cause,
  })
}
