import { readFile } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { Desk, smallProject, tagBuckets } from './cli-desk.ts'
import { createBucket, openBucket, REGION } from './cloud.ts'
import { FaultyEndpoint, queryError } from './faulty-endpoint.ts'

let endpoint: FaultyEndpoint
beforeAll(async () => {
  endpoint = await FaultyEndpoint.start(inject('awsEndpoint'))
})
afterAll(() => endpoint.stop())
beforeEach(() => {
  endpoint.calls.length = 0
})
afterEach(() => {
  endpoint.fault = () => undefined
  endpoint.rewrite = () => undefined
})

describe('credentials and Region', () => {
  let desk: Desk
  beforeEach(() => {
    desk = new Desk({ AWS_ENDPOINT_URL: endpoint.url })
  })
  afterEach(() => desk.remove())

  test('without credentials the way out is named', async () => {
    delete desk.env['AWS_ACCESS_KEY_ID']
    delete desk.env['AWS_SECRET_ACCESS_KEY']
    const failure = await desk.failure('init', '--target', 'aws', '--region', REGION, '-y')
    expect(failure).toMatchObject({ exitCode: 4, code: 'QWL-CRED-NONE' })
    expect(endpoint.calls).toEqual([])
  })

  test('credentials that have run out are told from wrong ones and from a wrong clock', async () => {
    const cases = [
      ['ExpiredToken', 4, 'QWL-CRED-EXPIRED'],
      ['InvalidClientTokenId', 4, 'QWL-CRED-REJECTED'],
      ['RequestExpired', 4, 'QWL-CRED-SKEW'],
      ['AccessDenied', 5, 'QWL-PERM-MISSING'],
      ['OptInRequired', 5, 'QWL-REGION-DISABLED'],
    ] as const
    for (const [name, exitCode, code] of cases) {
      endpoint.fault = () => queryError(name, 'refused', 403)
      const failure = await desk.failure('list', '--region', REGION)
      expect(failure, name).toMatchObject({ exitCode, code })
    }
  })

  test('without a Region nothing is asked', async () => {
    const failure = await desk.failure('init', '--target', 'aws', '-y')
    expect(failure).toMatchObject({ exitCode: 2, code: 'QWL-FLAGS-MISSING' })
    expect(failure.message).toContain('--region')
    expect(endpoint.calls).toEqual([])
  })

  test('a profile gives the Region', async () => {
    desk.write(
      'aws-config',
      `[profile shop]\nregion = ${REGION}\n[sso-session x]\nregion = eu-west-1\n`,
    )
    desk.write(
      'aws-credentials',
      '[shop]\naws_access_key_id = test\naws_secret_access_key = test\n',
    )
    delete desk.env['AWS_ACCESS_KEY_ID']
    delete desk.env['AWS_SECRET_ACCESS_KEY']
    const failure = await desk.failure('status', '--stack', 'nowhere', '--profile', 'shop')
    expect(failure).toMatchObject({ exitCode: 3, code: 'QWL-STACK-NONE' })
  })
})

/** The tests follow each other. */
describe('a deployment among faults', () => {
  const NAME = 'shop-faults'
  let desk: Desk
  beforeAll(() => {
    desk = new Desk({ AWS_ENDPOINT_URL: endpoint.url })
    desk.write('qw-lambda.json', smallProject(NAME))
  })
  afterAll(() => desk.remove())

  test('a create that fails shows what failed first, and the next try replaces it', async () => {
    // A role that IAM does not take, somewhere in the middle of the stack.
    const bucket = await createBucket('broken')
    const file = new URL('../../templates/qw-lambda.yaml', import.meta.url)
    const service = 'Principal: {Service: lambda.amazonaws.com}'
    const template = (await readFile(file, 'utf8')).replace(service, `Not${service}`)
    const always = { condition: { kind: 'always' } } as const
    await openBucket(bucket).put('broken.yaml', Buffer.from(template), always)
    endpoint.rewrite = ({ action, body }) => {
      if (action !== 'CreateChangeSet') return undefined
      const fields = new URLSearchParams(body)
      fields.set('TemplateURL', `${endpoint.url}/${bucket}/broken.yaml`)
      return fields.toString()
    }
    const { exitCode, stderr } = await desk.run('deploy', '--yes')
    expect(exitCode, stderr).toBe(1)
    expect(stderr).toMatch(
      /✗ Could not create the stack qw-lambda-shop-faults: \w+: .*NotPrincipal/,
    )
    expect(stderr.match(/✗/g)).toHaveLength(1)
  })

  test('throttled status reads slow a deployment down and do not fail it', async () => {
    let throttled = 0
    endpoint.fault = ({ action }) =>
      action === 'DescribeStackEvents' && throttled++ < 3
        ? queryError('Throttling', 'Rate exceeded')
        : undefined
    const { exitCode, stderr } = await desk.run('deploy', '--yes')
    expect(exitCode, stderr).toBe(0)
    expect(throttled).toBeGreaterThan(3)
  })

  test('deploying without a change asks AWS eleven times, the call of the API and the look at the index included', async () => {
    const { exitCode } = await desk.run('deploy', '--yes')
    expect(exitCode).toBe(0)
    expect(endpoint.calls.map(({ action, path }) => action ?? path)).toHaveLength(11)
  })

  test('two equal deployments at the same time both end well', async () => {
    const flags = ['deploy', '--yes', '--searcher-memory', '1536']
    const runs = await Promise.all([desk.run(...flags), desk.run(...flags)])
    for (const { exitCode, stderr } of runs) expect(exitCode, stderr).toBe(0)
  })

  test('Ctrl-C leaves AWS to finish the change, and the same command goes on', async () => {
    const flags = ['deploy', '--yes', '--searcher-memory', '1792']
    const { child, ended } = desk.start(...flags)
    child.stderr.on('data', (text: string) => {
      if (text.includes('Changing the stack')) child.kill('SIGINT')
    })
    const { exitCode, stderr } = await ended
    expect(exitCode).toBe(130)
    expect(stderr).toContain('Undo: qw-lambda deploy --rollback')
    expect((await desk.run(...flags)).exitCode).toBe(0)
  })

  test('credentials that run out in the middle leave AWS to finish; the same command goes on', async () => {
    let isExpired = false
    endpoint.fault = ({ action }) => {
      if (action === 'ExecuteChangeSet') setImmediate(() => (isExpired = true))
      return isExpired ? queryError('ExpiredToken', 'the token has expired', 403) : undefined
    }
    const flags = ['deploy', '--searcher-memory', '2048', '--yes']
    const failure = await desk.failure(...flags)
    expect(failure).toMatchObject({ exitCode: 4, code: 'QWL-CRED-EXPIRED' })
    expect(failure.message).toContain('AWS goes on')
    endpoint.fault = () => undefined
    expect((await desk.run(...flags)).exitCode).toBe(0)
  })

  test('a bucket that refuses to be emptied stops teardown with the reason; later it goes on', async () => {
    const { outputs } = (await desk.json('deploy', '--yes')) as { outputs: Record<string, string> }
    await tagBuckets(NAME, [outputs['index_bucket'] ?? '', outputs['staging_bucket'] ?? ''])
    endpoint.fault = ({ method, path, body }) => {
      if (method !== 'POST' || !/[?&]delete/.test(path)) return undefined
      const key = /<Key>([^<]+)<\/Key>/.exec(body)?.[1] ?? ''
      const text = `<DeleteResult><Error><Key>${key}</Key><Code>AccessDenied</Code><Message>held</Message></Error></DeleteResult>`
      return { status: 200, body: text, headers: { 'content-type': 'application/xml' } }
    }
    const failure = await desk.failure('teardown', '--confirm', NAME)
    expect(failure).toMatchObject({ exitCode: 7, code: 'QWL-BUCKET-NOT-EMPTY' })
    expect(failure.message).toContain('held')
    const forced = await desk.run('teardown', '--confirm', NAME, '--force', '--json')
    expect(forced.exitCode).toBe(10)
    expect(JSON.parse(forced.stdout)).toMatchObject({
      leftovers: expect.arrayContaining([
        expect.objectContaining({ reason: expect.stringContaining('held') }),
      ]),
    })
    endpoint.fault = () => undefined
    expect(await desk.json('teardown', '--confirm', NAME)).toMatchObject({ leftovers: [] })
    // Each proof waits its bounded time for what AWS may still be deleting.
  }, 300_000)
})
