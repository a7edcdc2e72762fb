import { INDEX_PREFIX } from '../functions/lambda-environment.ts'

/*
 * The folder of a local stack, with the buckets of AWS as folders:
 *
 *   stack.json               what CloudFormation knows of a stack in AWS
 *   index-bucket/index/      metastore and splits, one folder for each index
 *   staging-bucket/          where source files land
 *
 * Names alone: completion asks for them while somebody waits at the keyboard.
 */

export const STACK_FILE = 'stack.json'
export const STAGING_BUCKET = 'staging-bucket'
/** Below the stack's folder, with `/` between. */
export const INDEX_FOLDER = `index-bucket/${INDEX_PREFIX}`

/** A folder's name on every system, with room for what AWS makes of it. */
export const LOCAL_STACK_NAME = /^[a-z][a-z0-9-]{2,30}$/
