import type { ComponentChildren } from 'preact'

interface Column {
  readonly title: string
  /** Numbers stand to the right. */
  readonly isNumber?: boolean
}

interface DataTableProps {
  /** Of the table, for those who do not see it. */
  readonly label: string
  readonly columns: readonly Column[]
  /** Cells by column. */
  readonly rows: readonly {
    readonly key: string
    readonly cells: readonly ComponentChildren[]
    readonly isCurrent?: boolean
  }[]
}

/** A small table in a frame that scrolls sideways by itself, also by keyboard. */
export function DataTable({ label, columns, rows }: DataTableProps) {
  return (
    <div class="table-frame" role="region" aria-label={label} tabIndex={0}>
      <table class="table">
        <thead>
          <tr>
            {columns.map(({ title, isNumber }) => (
              <th key={title} scope="col" class={isNumber === true ? 'number' : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells, isCurrent }) => (
            <tr key={key} aria-current={isCurrent === true ? 'true' : undefined}>
              {cells.map((cell, at) => (
                <td key={at} class={columns[at]?.isNumber === true ? 'number' : undefined}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
