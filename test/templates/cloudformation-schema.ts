import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec'
import type { PropertyType, Resource, SpecDatabase } from '@aws-cdk/service-spec-types'
import type { Template, TemplateValue } from '../../src/deploy/template.ts'

const FUNCTIONS = /^(Ref|Condition|Fn::.+)$/

/**
 * What AWS's own resource schemas say against a template: unknown types and properties, missing
 * required ones, values of a wrong kind or outside an enumeration, attributes that do not exist.
 * Functions stand for a value of any kind; both branches of `Fn::If` are checked.
 */
export function schemaProblems(template: Template): string[] {
  const schema = new SchemaCheck(template, loadAwsServiceSpecSync())
  return schema.problems()
}

class SchemaCheck {
  readonly #database: SpecDatabase
  readonly #template: Template
  readonly #problems: string[] = []

  constructor(template: Template, database: SpecDatabase) {
    this.#template = template
    this.#database = database
  }

  problems(): string[] {
    for (const [id, resource] of Object.entries(this.#template.Resources)) {
      const spec = this.#spec(resource.Type)
      if (spec === undefined) {
        this.#problems.push(`${id}: unknown type ${resource.Type}`)
        continue
      }
      this.#object(id, resource.Properties ?? {}, spec.properties)
    }
    this.#references(this.#template.Resources, 'Resources')
    this.#references(this.#template.Outputs, 'Outputs')
    return this.#problems
  }

  #spec(type: string): Resource | undefined {
    return this.#database.lookup('resource', 'cloudFormationType', 'equals', type)[0]
  }

  #object(path: string, value: object, properties: Resource['properties']): void {
    for (const [name, given] of Object.entries(value)) {
      const property = properties[name]
      if (property === undefined) this.#problems.push(`${path}.${name}: no such property`)
      else this.#value(`${path}.${name}`, given, property.type)
    }
    for (const [name, property] of Object.entries(properties)) {
      if (property.required === true && !Object.hasOwn(value, name)) {
        this.#problems.push(`${path}.${name}: required and missing`)
      }
    }
  }

  #value(path: string, value: TemplateValue, type: PropertyType): void {
    if (isFunction(value)) {
      const branches = ifBranches(value)
      for (const branch of branches) this.#value(path, branch, type)
      return
    }
    switch (type.type) {
      case 'array':
        if (!Array.isArray(value)) return void this.#problems.push(`${path}: not a list`)
        for (const [index, item] of value.entries()) {
          this.#value(`${path}[${index}]`, item, type.element)
        }
        return
      case 'map':
        for (const [key, item] of Object.entries(value ?? {})) {
          this.#value(`${path}.${key}`, item, type.element)
        }
        return
      case 'ref': {
        const definition = this.#database.get('typeDefinition', type.reference.$ref)
        if (typeof value !== 'object' || value === null)
          this.#problems.push(`${path}: not an object`)
        else this.#object(path, value, definition.properties)
        return
      }
      case 'union':
        return this.#union(path, value, type.types)
      case 'string':
        if (typeof value !== 'string') this.#problems.push(`${path}: not text`)
        else if (type.allowedValues && !type.allowedValues.includes(value)) {
          this.#problems.push(`${path}: ${value} is not one of ${type.allowedValues.join(', ')}`)
        }
        return
      case 'integer':
      case 'number':
        if (typeof value !== 'number') this.#problems.push(`${path}: not a number`)
        return
      case 'boolean':
        if (typeof value !== 'boolean') this.#problems.push(`${path}: not true or false`)
        return
      case 'json':
      case 'date-time':
      case 'null':
      case 'tag':
        return
    }
  }

  #union(path: string, value: TemplateValue, types: readonly PropertyType[]): void {
    const failures = types.map((type) => {
      const trial = new SchemaCheck(this.#template, this.#database)
      trial.#value(path, value, type)
      return trial.#problems
    })
    if (!failures.some((problems) => problems.length === 0)) {
      this.#problems.push(...(failures[0] ?? []))
    }
  }

  /** `Ref`, `Fn::GetAtt` and `${…}` in `Fn::Sub` have to name something that exists. */
  #references(value: unknown, path: string): void {
    if (typeof value !== 'object' || value === null) return
    for (const [key, item] of Object.entries(value)) {
      if (key === 'Ref' && typeof item === 'string') this.#name(item, path)
      else if (key === 'Fn::GetAtt' && Array.isArray(item)) this.#name(item.join('.'), path)
      else if (key === 'Fn::Sub' && typeof item === 'string') {
        for (const [, name = ''] of item.matchAll(/\$\{([^}!]+)\}/g)) this.#name(name, path)
      } else this.#references(item, `${path}.${key}`)
    }
  }

  #name(name: string, path: string): void {
    if (name.startsWith('AWS::') || Object.hasOwn(this.#template.Parameters, name)) return
    const [id = '', ...attribute] = name.split('.')
    const resource = this.#template.Resources[id]
    if (resource === undefined) {
      this.#problems.push(`${path}: nothing is called ${name}`)
    } else if (attribute.length > 0) {
      const spec = this.#spec(resource.Type)
      if (spec !== undefined && !Object.hasOwn(spec.attributes, attribute.join('.'))) {
        this.#problems.push(`${path}: ${resource.Type} has no attribute ${attribute.join('.')}`)
      }
    }
  }
}

function isFunction(value: TemplateValue): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const keys = Object.keys(value)
  return keys.length === 1 && FUNCTIONS.test(keys[0] ?? '')
}

function ifBranches(value: TemplateValue): TemplateValue[] {
  if (typeof value !== 'object' || value === null || !('Fn::If' in value)) return []
  const operands = value['Fn::If']
  return Array.isArray(operands) ? operands.slice(1).filter((each) => !isNoValue(each)) : []
}

function isNoValue(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && 'Ref' in value && value.Ref === 'AWS::NoValue'
  )
}
