/** A month is 730 hours, a twelfth of a year: 8,760 runs at one every five minutes. Printed as 30.4 days. */
export const MONTH_SECONDS = 730 * 3600
export const MONTH_DAYS = 730 / 24

/** Storage, logs and transfer are counted in GB of 10^9 bytes. AWS bills binary gigabytes under the same
 *  name, so these rows err by 7 % on the dear side. */
export const GB_BYTES = 1e9

/** Memory and `/tmp` are binary: Lambda's MB is 2^20 bytes and its GB-second 1,024 of those. */
export const LAMBDA_GB_MB = 1024
export const FREE_EPHEMERAL_GB = 0.5
export const QUEUE_POLL_SECONDS = 20

/** Storage that is kept forever is priced as it stands after a year. */
export const FOREVER_DAYS = 365

export function lambdaGb(memoryMb: number): number {
  return memoryMb / LAMBDA_GB_MB
}
