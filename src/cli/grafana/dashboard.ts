import type { GrafanaFacts } from './grafana-files.ts'

interface DashboardPlace {
  /** The data source's uid. */
  readonly dataSource: string
  readonly type: string
  readonly uid: string
}

interface Panel {
  readonly title: string
  readonly type: 'timeseries' | 'table' | 'logs'
  readonly width: number
  readonly height: number
  readonly targets: readonly object[]
  readonly options?: object
  readonly fieldConfig?: object
}

/** Rows are 24 wide. */
const ROW_WIDTH = 24
const TABLES = 3

/** Documents over time (by level where there is one), the top values of a few fields, and the lines. */
export function dashboardJson(facts: GrafanaFacts, place: DashboardPlace): object {
  const panels = [overTime(facts), ...facts.termFields.slice(0, TABLES).map(topValues), lines()]
  return {
    uid: place.uid,
    title: `${facts.index} · qw-lambda`,
    tags: ['qw-lambda'],
    timezone: 'browser',
    schemaVersion: 39,
    time: { from: 'now-24h', to: 'now' },
    refresh: '',
    panels: placed(panels).map(({ panel, gridPos }, i) => ({
      id: i + 1,
      title: panel.title,
      type: panel.type,
      gridPos,
      datasource: { type: place.type, uid: place.dataSource },
      targets: panel.targets,
      options: panel.options ?? {},
      fieldConfig: panel.fieldConfig ?? { defaults: {}, overrides: [] },
    })),
  }
}

function overTime({ timestampField, levelField }: GrafanaFacts): Panel {
  const time = {
    id: '3',
    type: 'date_histogram',
    field: timestampField,
    settings: { interval: 'auto' },
  }
  const level =
    levelField === undefined
      ? []
      : [{ id: '2', type: 'terms', field: levelField, settings: termSettings(10) }]
  return {
    title: levelField === undefined ? 'Documents' : `Documents by ${levelField}`,
    type: 'timeseries',
    width: ROW_WIDTH,
    height: 8,
    targets: [target({ metrics: [{ id: '1', type: 'count' }], bucketAggs: [...level, time] })],
    fieldConfig: {
      defaults: {
        custom: { drawStyle: 'bars', fillOpacity: 80, lineWidth: 0, stacking: { mode: 'normal' } },
      },
      overrides: [],
    },
  }
}

function topValues(field: string, _: number, fields: readonly string[]): Panel {
  return {
    title: `Top ${field}`,
    type: 'table',
    width: Math.floor(ROW_WIDTH / fields.length),
    height: 8,
    targets: [
      target({
        metrics: [{ id: '1', type: 'count' }],
        bucketAggs: [{ id: '2', type: 'terms', field, settings: termSettings(10) }],
      }),
    ],
  }
}

function lines(): Panel {
  return {
    title: 'Lines',
    type: 'logs',
    width: ROW_WIDTH,
    height: 14,
    targets: [
      target({ metrics: [{ id: '1', type: 'logs', settings: { limit: '100' } }], bucketAggs: [] }),
    ],
    options: {
      showTime: true,
      wrapLogMessage: true,
      enableLogDetails: true,
      sortOrder: 'Descending',
    },
  }
}

function target(asked: { metrics: readonly object[]; bucketAggs: readonly object[] }): object {
  return { refId: 'A', query: '', alias: '', ...asked }
}

function termSettings(size: number): object {
  return { size: String(size), order: 'desc', orderBy: '_count', min_doc_count: '1' }
}

/** From left to right, then below. */
function placed(panels: readonly Panel[]): { panel: Panel; gridPos: object }[] {
  let [x, y, rowHeight] = [0, 0, 0]
  return panels.map((panel) => {
    if (x + panel.width > ROW_WIDTH) {
      y += rowHeight
      x = 0
      rowHeight = 0
    }
    const gridPos = { x, y, w: panel.width, h: panel.height }
    x += panel.width
    rowHeight = Math.max(rowHeight, panel.height)
    return { panel, gridPos }
  })
}
