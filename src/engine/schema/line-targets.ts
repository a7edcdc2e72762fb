import type { LeafNode, ObjectNode } from './mapping-nodes.ts'
import type { OpenFields, PathNode } from './open-fields.ts'

/** Where the values of one place in a document go. */
export type Target =
  | { readonly kind: 'object'; readonly node: ObjectNode }
  | { readonly kind: 'leaf'; readonly field: LeafNode }
  | { readonly kind: 'open'; readonly fields: OpenFields; readonly node: PathNode }
  | { readonly kind: 'dropped' }

const DROPPED: Target = { kind: 'dropped' }

/** How undeclared keys are treated. */
interface Undeclared {
  readonly isStrict: boolean
  readonly dynamic: OpenFields | undefined
}

/** Where the value of `key` goes, which is not null and which the mapping took before; undefined where
 *  that cannot be told. */
export function memberOf(
  parent: Target,
  key: string,
  { isStrict, dynamic }: Undeclared,
): Target | undefined {
  switch (parent.kind) {
    case 'dropped':
      return DROPPED
    case 'leaf':
      return undefined
    case 'open':
      return openTarget(parent.fields, parent.node.children.get(key))
    case 'object': {
      const field = parent.node.fields.get(key)
      switch (field?.kind) {
        case 'leaf':
          return { kind: 'leaf', field }
        case 'object':
          return { kind: 'object', node: field }
        case 'open':
          return field.fields.isKept ? openTarget(field.fields, field.fields.root) : DROPPED
        case 'fed':
          return isStrict ? undefined : DROPPED
        case undefined:
          if (dynamic?.isKept !== true) return isStrict ? undefined : DROPPED
          return openTarget(dynamic, dynamic.nodeAt(parent.node.names, key))
      }
    }
  }
}

function openTarget(fields: OpenFields, node: PathNode | undefined): Target | undefined {
  return node && { kind: 'open', fields, node }
}
