/** One of AWS's separate worlds: own accounts, own ARNs, own host names. */
export interface Partition {
  /** The second part of an ARN, such as `aws-cn`. */
  readonly id: string
  /** What host names end in. */
  readonly domain: string
  /** Where its console is; undefined where the public knows none. */
  readonly console: string | undefined
}

/** By the beginning of a Region's name. */
const PARTITIONS: readonly (Partition & { readonly begins: string })[] = [
  {
    begins: 'cn-',
    id: 'aws-cn',
    domain: 'amazonaws.com.cn',
    console: 'console.amazonaws.cn',
  },
  {
    begins: 'us-gov-',
    id: 'aws-us-gov',
    domain: 'amazonaws.com',
    console: 'console.amazonaws-us-gov.com',
  },
  {
    begins: 'eusc-',
    id: 'aws-eusc',
    domain: 'amazonaws.eu',
    console: 'console.amazonaws-eusc.eu',
  },
  { begins: 'us-iso-', id: 'aws-iso', domain: 'c2s.ic.gov', console: undefined },
  { begins: 'us-isob-', id: 'aws-iso-b', domain: 'sc2s.sgov.gov', console: undefined },
  { begins: 'eu-isoe-', id: 'aws-iso-e', domain: 'cloud.adc-e.uk', console: undefined },
  { begins: 'us-isof-', id: 'aws-iso-f', domain: 'csp.hci.ic.gov', console: undefined },
  // The empty beginning fits every other name, also that of a Region which is yet to open.
  { begins: '', id: 'aws', domain: 'amazonaws.com', console: 'console.aws.amazon.com' },
]

/** Which of them a Region belongs to. */
export function partitionOf(region: string): Partition {
  const found = PARTITIONS.find(({ begins }) => region.startsWith(begins))
  if (found === undefined) throw new Error('the last partition fits every Region')
  return found
}
