import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PutBucketTaggingCommand, S3Client } from '@aws-sdk/client-s3'
import { inject } from 'vitest'
import { finished, runCli, startCli, type ProcessResult } from '../cli-process.ts'
import { REGION } from './cloud.ts'

/** A folder in which the real program is run against the emulator. */
export class Desk {
  readonly folder = mkdtempSync(join(tmpdir(), 'qwl-aws-'))
  readonly env: Record<string, string>

  constructor(env: Readonly<Record<string, string>> = {}) {
    // Ends the search for a project file above.
    writeFileSync(this.path('.git'), '')
    this.env = {
      AWS_ENDPOINT_URL: inject('awsEndpoint'),
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: this.path('aws-config'),
      AWS_SHARED_CREDENTIALS_FILE: this.path('aws-credentials'),
      XDG_CONFIG_HOME: this.path('config'),
      XDG_DATA_HOME: this.path('data'),
      ...env,
    }
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.path(name), content)
    return this.path(name)
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8')
  }

  async run(...args: string[]): Promise<ProcessResult> {
    return await runCli(args, { cwd: this.folder, env: this.env })
  }

  /** A process that is still running; `ended` resolves when it is not. */
  start(...args: string[]) {
    const child = startCli(args, { cwd: this.folder, env: this.env })
    return { child, ended: finished(child) }
  }

  /** The document on stdout of a run that succeeded. */
  async json(...args: string[]): Promise<Record<string, unknown>> {
    const { exitCode, stdout, stderr } = await this.run(...args, '--json')
    if (exitCode !== 0) throw new Error(`exit ${exitCode} of ${args.join(' ')}\n${stderr}`)
    return JSON.parse(stdout) as Record<string, unknown>
  }

  /** Of a run that failed: its exit status and the error document. */
  async failure(
    ...args: string[]
  ): Promise<{ exitCode: number | null; code: string; message: string }> {
    const { exitCode, stderr } = await this.run(...args, '--json')
    const line = stderr.split('\n').find((each) => each.startsWith('{"error"')) ?? '{"error":{}}'
    const { error } = JSON.parse(line) as { error: { code: string; message: string } }
    return { exitCode, code: error.code, message: error.message }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** AWS carries a stack's tags to its buckets; the emulator does not. */
export async function tagBuckets(deployment: string, buckets: readonly string[]): Promise<void> {
  const s3 = new S3Client({
    region: REGION,
    endpoint: inject('awsEndpoint'),
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    forcePathStyle: true,
  })
  const TagSet = [{ Key: 'qw-lambda:deployment', Value: deployment }]
  for (const Bucket of buckets) {
    await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }))
  }
}

/** A project file for a small deployment whose searcher looks for new documents at every search. */
export function smallProject(name: string): string {
  const settings = { QW_LAMBDA_SEARCHER_METASTORE_POLLING_INTERVAL_SECONDS: '0' }
  return JSON.stringify({
    name,
    target: 'aws',
    region: REGION,
    deployment: { generator: { everyMinutes: 1_440, docs: 500 }, functions: { settings } },
  })
}
