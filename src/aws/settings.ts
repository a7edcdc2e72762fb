/** How to reach AWS; the caller has read flags, environment and files. Keys and their refresh are
 *  the SDK's business. */
export interface AwsSettings {
  readonly region: string
  /** Absent: the SDK's own chain. */
  readonly profile: string | undefined
  /** Absent: AWS. Another server gets path-style S3 addresses, as emulators want them. */
  readonly endpoint: string | undefined
}

/**
 * The only layer that retries: eight tries with growing pauses, since control planes throttle hard.
 * Deploying waits and polls on top of it, and never repeats a call that failed.
 */
const MAX_ATTEMPTS = 8

/** The part of a client's configuration that all clients share. */
export function clientConfig(settings: AwsSettings) {
  return {
    region: settings.region,
    maxAttempts: MAX_ATTEMPTS,
    ...(settings.profile !== undefined && { profile: settings.profile }),
    ...(settings.endpoint !== undefined && { endpoint: settings.endpoint }),
  }
}

/** Opens once, at first use: a command loads the SDK clients that it really calls. */
export function lazy<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined
  return () => (opened ??= open())
}
