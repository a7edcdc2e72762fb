import { expect, test } from 'vitest'
import { QwError } from '../engine/errors.ts'
import { call, translate } from './aws-errors.ts'

function sdkError(name: string, message: string, httpStatusCode?: number): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode } })
}

test.each([
  ['CredentialsProviderError', 'Could not load credentials from any providers', 'CRED-NONE'],
  [
    'CredentialsProviderError',
    'The SSO session associated with this profile has expired.',
    'CRED-EXPIRED',
  ],
  [
    'ExpiredTokenException',
    'The security token included in the request is expired',
    'CRED-EXPIRED',
  ],
  [
    'UnrecognizedClientException',
    'The security token included in the request is invalid',
    'CRED-REJECTED',
  ],
  ['InvalidSignatureException', 'Signature expired: 20261123T000000Z is now earlier', 'CRED-SKEW'],
  ['AccessDeniedException', 'User is not authorized to perform: iam:CreateRole', 'PERM-MISSING'],
  ['AccessDenied', 'with an explicit deny in a service control policy', 'PERM-SCP'],
  ['ThrottlingException', 'Rate exceeded', 'THROTTLED'],
  ['Error', 'Region is missing', 'REGION-NONE'],
  ['OptInRequired', 'You are not subscribed to this service', 'REGION-DISABLED'],
])('%s “%s” is %s', (name, message, code) => {
  const error = translate(sdkError(name, message), 'do it')
  expect(error).toMatchObject({ code, fix: expect.stringMatching(/./) })
})

test.each([
  [403, 'invalid'],
  [404, 'notFound'],
  [409, 'conflict'],
  [429, 'unavailable'],
  [503, 'unavailable'],
  [400, 'internal'],
])('an unknown name with status %i is %s', (status, kind) => {
  expect(translate(sdkError('Strange', 'words', status), 'do it')).toMatchObject({ kind })
})

test('a refused connection is a passing fault', () => {
  const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
  expect(translate(refused, 'do it')).toMatchObject({ kind: 'unavailable', code: 'NETWORK' })
})

test('a login page in the place of AWS is a matter of the network, whatever its status', () => {
  const message = '@aws-sdk XML parse error: unexpected content.\n  Deserialization error: to see …'
  const error = translate(sdkError('Error', message, 403), 'list the stacks')
  expect(error).toMatchObject({
    code: 'NETWORK',
    message: 'could not list the stacks: the answer cannot be read status=403',
  })
})

test('the message says what was tried, the reason and its name', async () => {
  const failing = call('create the bucket x', async () => {
    throw sdkError('Strange', 'something odd')
  })
  await expect(failing).rejects.toThrow('could not create the bucket x: Strange: something odd')
})

test('our own errors and an abort pass as they are', () => {
  const own = new QwError('conflict', 'ours')
  const abort = new DOMException('stopped', 'AbortError')
  expect(translate(own, 'do it')).toBe(own)
  expect(translate(abort, 'do it')).toBe(abort)
})
