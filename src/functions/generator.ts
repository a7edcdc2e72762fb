import { makeGeneratorHandler } from './generator-handler.ts'
import { amount, required } from './lambda-environment.ts'
import { makeLambdaHost, type LambdaContext } from './lambda-host.ts'

const TUTORIAL_DOCS = 100_000

const { env } = process
const host = makeLambdaHost(env)
const generate = makeGeneratorHandler(
  { ...host, staging: host.openBucket(required(env, 'BUCKET_NAME')) },
  {
    indexId: required(env, 'PREFIX'),
    docsPerBatch: amount(env, 'QW_LAMBDA_GENERATOR_DOCS', TUTORIAL_DOCS),
  },
)

export const handler = (event: unknown, context: LambdaContext) =>
  generate(event, host.begin(context))
