import { expect, test } from 'vitest'
import { s3Failure } from './s3-store-errors.ts'

test.each([
  ['eu-west-1', 's3:GetObject', 'allow s3:GetObject on arn:aws:s3:::logs/*'],
  ['cn-north-1', 's3:ListBucket', 'allow s3:ListBucket on arn:aws-cn:s3:::logs'],
  ['eusc-de-east-1', 's3:PutObject', 'allow s3:PutObject on arn:aws-eusc:s3:::logs/*'],
])('what is forbidden in %s is named as a policy there names it', (region, permission, fix) => {
  const answer = { status: 403, headers: {}, body: new Uint8Array() }
  const error = s3Failure(answer, { bucket: 'logs', region, key: 'a', permission })
  expect(error).toMatchObject({ code: 'PERM-MISSING', fix })
})
