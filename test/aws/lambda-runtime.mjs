// Runs in the child process that stands for one execution environment: loads the function's module as
// Lambda's runtime does, and answers invocations that come from the parent.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [moduleName, handlerName] = process.env._HANDLER.split('.')

try {
  const url = pathToFileURL(join(process.env.LAMBDA_TASK_ROOT, `${moduleName}.mjs`))
  const handler = (await import(url.href))[handlerName]
  process.on('message', async ({ requestId, deadlineMs, payload }) => {
    const context = {
      awsRequestId: requestId,
      functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
      functionVersion: '$LATEST',
      memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
      logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
      getRemainingTimeInMillis: () => deadlineMs - Date.now(),
    }
    try {
      const result = await handler(JSON.parse(payload), context)
      process.send({ payload: JSON.stringify(result) ?? 'null' })
    } catch (error) {
      process.send({ error: errorOf(error) })
    }
  })
  process.send({ ready: performance.now() })
} catch (error) {
  process.send({ initError: errorOf(error) })
}

function errorOf(error) {
  return {
    errorType: error?.name ?? 'Error',
    errorMessage: String(error?.message ?? error),
    trace: String(error?.stack ?? '').split('\n'),
  }
}
