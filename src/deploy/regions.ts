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
