import type { TestProject } from 'vitest/node'
import { startAwsEndpoint } from './aws-endpoint.ts'
import { startEmulator, startSecondEmulator } from './emulator.ts'
import { installTools } from './tools.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    awsEndpoint: string
    /** moto's server, which has no functions. */
    secondEndpoint: string
    linter: string
  }
}

/** One emulator for the whole suite; each test makes buckets and functions of its own. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const tools = await installTools()
  const emulator = await startEmulator(tools)
  const second = await startSecondEmulator(tools)
  const endpoint = await startAwsEndpoint(emulator.endpoint, tools.lambdaNode)
  project.provide('awsEndpoint', endpoint.url)
  project.provide('secondEndpoint', second.endpoint)
  project.provide('linter', tools.linter)
  return async () => {
    await endpoint.stop()
    await emulator.stop()
    await second.stop()
  }
}
