import { readFileSync } from 'node:fs'
import {
  parseTemplate,
  type Template,
  type TemplateResource,
  type TemplateValue,
} from '../../src/deploy/template.ts'

export const TEXT = readFileSync(new URL('../../templates/qw-lambda.yaml', import.meta.url), 'utf8')
export const template = parseTemplate(TEXT)

export function property(id: string, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | undefined)?.[key],
    template.Resources[id]?.Properties,
  )
}

export interface Statement {
  readonly owner: string
  readonly sid: string
  readonly effect: string
  readonly actions: readonly string[]
  readonly resources: readonly TemplateValue[]
  readonly principal: TemplateValue | undefined
  readonly condition: TemplateValue | undefined
}

export function resourcesOfType(template: Template, type: string): [string, TemplateResource][] {
  return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type)
}

/** Every statement of every policy in the template, also those under `Fn::If`. */
export function policyStatements(template: Template): Statement[] {
  return Object.entries(template.Resources).flatMap(([owner, resource]) =>
    statementsIn(resource.Properties ?? {}).map((statement) => statementOf(owner, statement)),
  )
}

function statementsIn(value: TemplateValue | undefined): Record<string, TemplateValue>[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap(statementsIn)
  const record = value as Record<string, TemplateValue>
  if ('Effect' in record && 'Action' in record) return [record]
  return Object.values(record).flatMap(statementsIn)
}

function statementOf(owner: string, statement: Record<string, TemplateValue>): Statement {
  return {
    owner,
    sid: textOf(statement['Sid']),
    effect: textOf(statement['Effect']),
    actions: asList(statement['Action']).map(textOf),
    resources: asList(statement['Resource']),
    principal: statement['Principal'],
    condition: statement['Condition'],
  }
}

function textOf(value: TemplateValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

function asList(value: TemplateValue | undefined): readonly TemplateValue[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value]
}

/** Logical ids that a value refers to, by Ref, GetAtt, Sub or DependsOn. */
export function referencesIn(value: unknown, template: Template): Set<string> {
  const text = JSON.stringify(value)
  const names = [
    ...[...text.matchAll(/"Ref":"([^"]+)"/g)].map((found) => found[1] ?? ''),
    ...[...text.matchAll(/"Fn::GetAtt":\["([^"]+)"/g)].map((found) => found[1] ?? ''),
    ...[...text.matchAll(/\$\{([A-Za-z0-9]+)[.}]/g)].map((found) => found[1] ?? ''),
    ...[...text.matchAll(/"DependsOn":(?:"([^"]+)"|\[([^\]]*)\])/g)].flatMap(
      ([, one, many]) => one ?? (JSON.parse(`[${many}]`) as string[]),
    ),
  ]
  return new Set(names.filter((name) => Object.hasOwn(template.Resources, name)))
}

/** A chain of resources that leads back to its beginning, or undefined. */
export function findCycle(template: Template): string[] | undefined {
  const state = new Map<string, 'open' | 'done'>()
  const visit = (id: string, path: readonly string[]): string[] | undefined => {
    if (state.get(id) === 'done') return undefined
    if (state.get(id) === 'open') return [...path.slice(path.indexOf(id)), id]
    state.set(id, 'open')
    for (const next of referencesIn(template.Resources[id], template)) {
      const cycle = visit(next, [...path, id])
      if (cycle !== undefined) return cycle
    }
    state.set(id, 'done')
    return undefined
  }
  for (const id of Object.keys(template.Resources)) {
    const cycle = visit(id, [])
    if (cycle !== undefined) return cycle
  }
  return undefined
}
