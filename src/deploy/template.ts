import { parse, type ScalarTag, type CollectionTag } from 'yaml'
import { QwError } from '../engine/errors.ts'
import { hasBudgets } from './regions.ts'

/** A CloudFormation value with its functions in the long form: `{ Ref }`, `{ 'Fn::Sub' }`… */
export type TemplateValue =
  | string
  | number
  | boolean
  | null
  | readonly TemplateValue[]
  | { readonly [key: string]: TemplateValue }

export interface TemplateResource {
  readonly Type: string
  readonly Condition?: string
  readonly DependsOn?: string | readonly string[]
  readonly Properties?: { readonly [property: string]: TemplateValue }
}

interface TemplateParameter {
  readonly MaxValue?: number
  readonly Type: string
  readonly Default?: string | number
  readonly NoEcho?: boolean
}

export interface Template {
  readonly Parameters: { readonly [name: string]: TemplateParameter }
  readonly Mappings: { readonly [name: string]: TemplateValue }
  readonly Conditions: { readonly [name: string]: TemplateValue }
  readonly Resources: { readonly [logicalId: string]: TemplateResource }
  readonly Outputs: {
    readonly [name: string]: { readonly Value: TemplateValue; readonly Condition?: string }
  }
}

export interface PlannedResource {
  readonly logicalId: string
  /** Such as `AWS::S3::Bucket`. */
  readonly type: string
}

/** Short tags whose long form is `Fn::` and the name; `Ref` and `Condition` have none. */
const FUNCTIONS = [
  'Sub',
  'GetAtt',
  'If',
  'Equals',
  'Not',
  'And',
  'Or',
  'FindInMap',
  'Join',
  'Select',
  'Split',
]

function longForm(tag: string, value: unknown): unknown {
  if (tag === 'Ref' || tag === 'Condition') return { [tag]: value }
  if (tag === 'GetAtt' && typeof value === 'string') {
    const dot = value.indexOf('.')
    return { 'Fn::GetAtt': [value.slice(0, dot), value.slice(dot + 1)] }
  }
  return { [`Fn::${tag}`]: value }
}

const TAGS: (ScalarTag | CollectionTag)[] = ['Ref', 'Condition', ...FUNCTIONS].flatMap((name) => [
  { tag: `!${name}`, resolve: (text: string) => longForm(name, text) },
  {
    tag: `!${name}`,
    collection: 'seq' as const,
    resolve: (items: { toJSON(): unknown }) => longForm(name, items.toJSON()),
  },
])

/** Throws `invalid` when the text is no template. */
export function parseTemplate(text: string): Template {
  const parsed: unknown = parse(text, { customTags: TAGS })
  if (typeof parsed !== 'object' || parsed === null || !('Resources' in parsed)) {
    throw new QwError('invalid', 'the stack template has no Resources section', {
      fix: 'reinstall qw-lambda: the template it ships is damaged',
    })
  }
  // The template ships with this package and test/templates checks it against AWS's schemas.
  return { Parameters: {}, Mappings: {}, Conditions: {}, Outputs: {}, ...parsed } as Template
}

/** The template as a Region takes it: CloudFormation refuses a type that it does not know even under a
 *  condition that leaves it out. */
export function templateFor(region: string, text: string): string {
  if (hasBudgets(region)) return text
  return text
    .replace(/^  Budget:\n(?:    .*\n|\n)*/m, '')
    .replace(/^ +- !If \[WithBudget, !Ref Budget, ''\]\n/m, '')
}

/** The resources that a stack with these parameters consists of, in the template's order. */
export function resourcesOf(
  template: Template,
  parameters: Readonly<Record<string, string>>,
): PlannedResource[] {
  return Object.entries(template.Resources)
    .filter(([, resource]) => conditionHolds(template, resource.Condition, parameters))
    .map(([logicalId, resource]) => ({ logicalId, type: resource.Type }))
}

/** Whether the named condition holds; no condition always does. */
export function conditionHolds(
  template: Template,
  condition: string | undefined,
  parameters: Readonly<Record<string, string>>,
): boolean {
  if (condition === undefined) return true
  const evaluate = (value: TemplateValue | undefined): string | boolean => {
    if (value === undefined || value === null) return ''
    if (typeof value !== 'object') return String(value)
    const [name, operand] = Object.entries(value)[0] ?? ['', '']
    const text = typeof operand === 'string' ? operand : ''
    const operands = Array.isArray(operand) ? (operand as readonly TemplateValue[]) : []
    switch (name) {
      case 'Ref':
        return parameterValue(template, text, parameters)
      case 'Condition':
        return conditionHolds(template, text, parameters)
      case 'Fn::Equals':
        return evaluate(operands[0]) === evaluate(operands[1])
      case 'Fn::Not':
        return evaluate(operands[0]) !== true
      case 'Fn::And':
        return operands.every((each) => evaluate(each) === true)
      case 'Fn::Or':
        return operands.some((each) => evaluate(each) === true)
    }
    throw new QwError('internal', `a condition of the stack template uses ${name}`)
  }
  return evaluate(template.Conditions[condition]) === true
}

function parameterValue(
  template: Template,
  name: string,
  parameters: Readonly<Record<string, string>>,
): string {
  return parameters[name] ?? String(template.Parameters[name]?.Default ?? '')
}
