/** AWS's separate worlds: own accounts, own ARNs, own host names. By the beginning of a Region's name. */
const PARTITIONS: readonly {
  readonly begins: string
  readonly id: string
  readonly domain: string
}[] = [
  { begins: 'cn-', id: 'aws-cn', domain: 'amazonaws.com.cn' },
  { begins: 'us-gov-', id: 'aws-us-gov', domain: 'amazonaws.com' },
  { begins: 'eusc-', id: 'aws-eusc', domain: 'amazonaws.eu' },
  { begins: 'us-iso-', id: 'aws-iso', domain: 'c2s.ic.gov' },
  { begins: 'us-isob-', id: 'aws-iso-b', domain: 'sc2s.sgov.gov' },
  { begins: 'eu-isoe-', id: 'aws-iso-e', domain: 'cloud.adc-e.uk' },
  { begins: 'us-isof-', id: 'aws-iso-f', domain: 'csp.hci.ic.gov' },
  // The empty beginning fits every other name, also that of a Region which is yet to open.
  { begins: '', id: 'aws', domain: 'amazonaws.com' },
]

interface Partition {
  /** The second part of an ARN, such as `aws-cn`. */
  readonly id: string
  /** What host names end in. */
  readonly domain: string
}

export function partitionOf(region: string): Partition {
  const found = PARTITIONS.find(({ begins }) => region.startsWith(begins))
  if (found === undefined) throw new Error('the last partition fits every Region')
  return found
}

/** Two parts or more and a number: `eu-west-1`, `us-gov-east-1`, `eusc-de-east-1`. */
export const REGION_PATTERN = /^[a-z]{2,}(-[a-z]+)+-\d+$/

/** Regions whose CloudFormation does not know AWS::Budgets::Budget, from its resource lists of 2026-11. */
const WITHOUT_BUDGETS: readonly string[] = [
  'af-south-1',
  'ap-east-1',
  'ap-east-2',
  'ap-northeast-3',
  'ap-south-2',
  'ap-southeast-3',
  'ap-southeast-4',
  'ap-southeast-5',
  'ap-southeast-6',
  'ap-southeast-7',
  'ca-west-1',
  'eu-central-2',
  'eu-north-1',
  'eu-south-1',
  'eu-south-2',
  'il-central-1',
  'me-central-1',
  'mx-central-1',
  'us-gov-east-1',
  'us-gov-west-1',
]

export function hasBudgets(region: string): boolean {
  return !WITHOUT_BUDGETS.includes(region)
}
