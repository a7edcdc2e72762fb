import { afterEach, beforeEach, vi } from 'vitest'
import type { AwsSettings } from '../settings.ts'
import {
  scriptedServer,
  type ScriptedServer,
  type ServerAnswer,
  type ServerRequest,
} from './scripted-server.ts'

export type { ServerAnswer, ServerRequest } from './scripted-server.ts'

interface ScriptedAws {
  /** Starts a server that answers so, and tells clients how to reach it. It is closed after the test. */
  settings(
    answer: (request: ServerRequest) => ServerAnswer,
  ): Promise<AwsSettings & { readonly endpoint: string }>
  /** What the server that was started last has received. */
  readonly requests: readonly ServerRequest[]
}

/** Called once at the top of a test file: real SDK clients with keys of their own, over servers on this machine. */
export function scriptedAws(): ScriptedAws {
  const servers: ScriptedServer[] = []
  beforeEach(() => {
    // The SDK warns on stderr about the Node versions that it will leave behind.
    vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true')
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'key')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    for (const server of servers.splice(0)) await server.close()
  })
  return {
    async settings(answer) {
      const server = await scriptedServer(answer)
      servers.push(server)
      return { region: 'eu-west-1', profile: undefined, endpoint: server.endpoint }
    },
    get requests() {
      const last = servers.at(-1)
      if (last === undefined) throw new Error('no server was started')
      return last.requests
    },
  }
}
