import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { inject } from 'vitest'
import { s3Store } from '../../src/aws/s3-store.ts'
import type { ObjectStore } from '../../src/engine/ports.ts'
import { systemClock } from '../../src/stores/system-clock.ts'

export const REGION = 'us-east-1'
const KEYS = { accessKeyId: 'test', secretAccessKey: 'test' }
const ROLE = 'arn:aws:iam::000000000000:role/test'

const endpoint = inject('awsEndpoint')
const config = { region: REGION, endpoint, credentials: KEYS }
const s3 = new S3Client({ ...config, forcePathStyle: true })
const lambda = new LambdaClient(config)
const sqs = new SQSClient(config)

let made = 0

/** A name that no other test of this run has. */
function freshName(kind: string): string {
  return `${kind}-${process.pid}-${made++}`
}

export async function createBucket(kind: string): Promise<string> {
  const Bucket = freshName(kind)
  await s3.send(new CreateBucketCommand({ Bucket }))
  return Bucket
}

/** A queue with the visibility timeout of the template's, and what a mapping does to it. */
export async function createQueue() {
  const Attributes = { VisibilityTimeout: '1830' }
  const created = await sqs.send(
    new CreateQueueCommand({ QueueName: freshName('queue'), Attributes }),
  )
  const QueueUrl = created.QueueUrl ?? ''
  return {
    url: QueueUrl,
    async send(body: unknown): Promise<void> {
      const MessageBody = JSON.stringify(body)
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }))
    },
    /** Records as Lambda hands them to a function. */
    async receive() {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          MessageSystemAttributeNames: ['ApproximateReceiveCount'],
        }),
      )
      return Messages.map(({ MessageId = '', ReceiptHandle = '', Body = '', Attributes = {} }) => ({
        eventSource: 'aws:sqs',
        messageId: MessageId,
        receiptHandle: ReceiptHandle,
        body: Body,
        attributes: Attributes,
      }))
    },
    async delete(ReceiptHandle: string): Promise<void> {
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
    },
  }
}

/** Our own client over the emulator. */
export function openBucket(bucket: string): ObjectStore {
  const credentials = () => KEYS
  return s3Store({ bucket, region: REGION, endpoint, credentials, clock: systemClock })
}

export interface NewFunction {
  /** Which of the shipped zips. */
  readonly zip: 'indexer' | 'searcher' | 'generator' | Uint8Array
  readonly environment: Readonly<Record<string, string>>
  readonly memoryMb?: number
  readonly timeoutSeconds?: number
}

export async function createFunction(options: NewFunction): Promise<string> {
  const { zip, environment, memoryMb = 1_024, timeoutSeconds = 30 } = options
  const FunctionName = freshName(typeof zip === 'string' ? zip : 'function')
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: ROLE,
      MemorySize: memoryMb,
      Timeout: timeoutSeconds,
      Environment: { Variables: environment },
      Code: { ZipFile: typeof zip === 'string' ? await shippedZip(zip) : zip },
    }),
  )
  return FunctionName
}

export async function shippedZip(name: string): Promise<Buffer<ArrayBuffer>> {
  const file = new URL(`../../dist/functions/${name}.zip`, import.meta.url)
  return Buffer.from(await readFile(fileURLToPath(file)))
}

export interface Invoked {
  readonly functionError: string | undefined
  /** Parsed JSON; tests look into it as they like. */
  readonly payload: Readonly<Record<string, unknown>>
  readonly log: string
}

export async function invoke(FunctionName: string, event: unknown): Promise<Invoked> {
  const answer = await lambda.send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify(event), LogType: 'Tail' }),
  )
  return {
    functionError: answer.FunctionError,
    payload: JSON.parse(Buffer.from(answer.Payload ?? []).toString()) as Invoked['payload'],
    log: Buffer.from(answer.LogResult ?? '', 'base64').toString(),
  }
}

/** The JSON lines that the function itself wrote, of the log's last 4 KB. */
export function logLines(log: string): Record<string, unknown>[] {
  const lines = log.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'))
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}
