import { stringify } from 'yaml'
import { dashboardJson } from './dashboard.ts'

/** What the files are made from. */
export interface GrafanaFacts {
  readonly index: string
  /** Up to and without `/api/v1`, as this machine reaches it. */
  readonly endpoint: string
  readonly needsKey: boolean
  readonly timestampField: string
  /** The text of a log line, for the log views. */
  readonly messageField: string | undefined
  readonly levelField: string | undefined
  /** Whether containers may use the network of this machine, as on Linux. */
  readonly sharesNetwork: boolean
  /** Texts of whole values, whose top values are worth a table. */
  readonly termFields: readonly string[]
}

/** Environment variable of Grafana's container that holds the key: it stands in no file. */
export const KEY_VARIABLE = 'QWL_API_KEY'
const PLUGIN = 'quickwit-quickwit-datasource'
/** Beside one another: Grafana finds a data source by its uid. */
const UIDS = { quickwit: 'qw-lambda', elastic: 'qw-lambda-elastic', dashboard: 'qw-lambda' }

/** Files by path below the folder that `docker compose` is run in. */
export function grafanaFiles(facts: GrafanaFacts): ReadonlyMap<string, string> {
  const dashboards = {
    apiVersion: 1,
    providers: [
      {
        name: 'qw-lambda',
        type: 'file',
        allowUiUpdates: true,
        options: { path: '/etc/grafana/dashboards' },
      },
    ],
  }
  return new Map([
    ['compose.yaml', stringify(composeOf(facts))],
    ['provisioning/datasources/qw-lambda.yaml', stringify(dataSources(facts))],
    ['provisioning/dashboards/qw-lambda.yaml', stringify(dashboards)],
    [
      'dashboards/qw-lambda.json',
      `${JSON.stringify(dashboardJson(facts, { dataSource: UIDS.quickwit, type: PLUGIN, uid: UIDS.dashboard }), undefined, 2)}\n`,
    ],
  ])
}

/** For people only: signing in is left out, so that it listens on this machine alone. */
function composeOf(facts: GrafanaFacts): object {
  const { needsKey } = facts
  return {
    services: {
      grafana: {
        image: 'grafana/grafana:12.4.0',
        ...(sharesNetwork(facts) ? { network_mode: 'host' } : { ports: ['127.0.0.1:3000:3000'] }),
        environment: {
          GF_PLUGINS_PREINSTALL: PLUGIN,
          GF_AUTH_ANONYMOUS_ENABLED: 'true',
          GF_AUTH_ANONYMOUS_ORG_ROLE: 'Admin',
          ...(sharesNetwork(facts) ? { GF_SERVER_HTTP_ADDR: '127.0.0.1' } : {}),
          ...(needsKey ? { [KEY_VARIABLE]: `\${${KEY_VARIABLE}:?export it first}` } : {}),
        },
        volumes: [
          './provisioning:/etc/grafana/provisioning:ro',
          './dashboards:/etc/grafana/dashboards:ro',
        ],
      },
    },
  }
}

function dataSources(facts: GrafanaFacts): object {
  const { index, needsKey, timestampField, messageField, levelField } = facts
  const url = `${fromContainer(facts)}/api/v1`
  const logs = {
    ...(messageField === undefined ? {} : { logMessageField: messageField }),
    ...(levelField === undefined ? {} : { logLevelField: levelField }),
  }
  const header = needsKey ? { httpHeaderName1: 'x-api-key' } : {}
  const secret = needsKey ? { secureJsonData: { httpHeaderValue1: `$${KEY_VARIABLE}` } } : {}
  return {
    apiVersion: 1,
    datasources: [
      {
        name: `${index} (qw-lambda)`,
        uid: UIDS.quickwit,
        type: PLUGIN,
        access: 'proxy',
        url,
        isDefault: true,
        jsonData: { index, ...logs, ...header },
        ...secret,
      },
      {
        // Grafana's own, for places where plugins may not be installed.
        name: `${index} (qw-lambda, Elasticsearch)`,
        uid: UIDS.elastic,
        type: 'elasticsearch',
        access: 'proxy',
        url: `${url}/_elastic`,
        jsonData: { index, timeField: timestampField, ...logs, ...header },
        ...secret,
      },
    ],
  }
}

/** On Linux a container does not reach what listens on this machine's loopback, unless it is its own. */
function sharesNetwork({ endpoint, sharesNetwork: can }: GrafanaFacts): boolean {
  return can && isThisMachine(endpoint)
}

function isThisMachine(endpoint: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]', '0.0.0.0'].includes(new URL(endpoint).hostname)
}

/** Elsewhere a container has a loopback of its own, and a name for that of the machine. */
function fromContainer(facts: GrafanaFacts): string {
  const { endpoint } = facts
  if (!isThisMachine(endpoint) || sharesNetwork(facts)) return endpoint
  const url = new URL(endpoint)
  url.hostname = 'host.docker.internal'
  return url.href.replace(/\/$/, '')
}
