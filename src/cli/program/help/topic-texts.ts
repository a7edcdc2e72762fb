/** Topics that are prose; each line fits 80 columns. */

export const QUERY_TOPIC = `
Queries

  Quote them: the shell takes > and * for itself.  qw-lambda search 'quantity:>5'

Words and phrases

  error                    in the default search fields
  body:error               in one field; a.b is a nested one, a\\.b a dotted name
  body:"disk full"         the words in this order
  body:"disk full"~2       up to two words between them
  body:"disk fu"*          the last word begins so
  body:'disk full'         both words, in any order
  body:er*r?               * any letters, ? exactly one
  body:/err(or)?s?/        a regular expression over whole words

Values

  quantity:5               numbers, booleans (true, false), dates, addresses
  quantity:>5              > >= < <=
  quantity:[1 TO 5]        both ends; {1 TO 5} neither; * for an open end
  ip:10.0.0.0/8            addresses of a network (IPv6 in quotes)
  ts:>=2026-11-23T04:00:00Z
  name: IN [apple pear "red plum"]
  name:*                   the field is there

Together

  a b                      both (in Elasticsearch requests: either)
  a AND b   a OR b         AND binds tighter
  NOT a   -a   +a          without it; with it
  name:(apple OR pear)     the field for all inside
  (a OR b)^2               counts twice in the score
  *                        everything

Time is better given by flags, which also leave out whole splits:
  --since 2h   --since 2026-11-23 --until now-15m

Under a name, kept in qw-lambda.json (or your own settings, without a project)

  search 'level:error' --since 1d --save errors
  search --saved errors             as it was
  search --saved errors 'host:a'    both have to match
  search --saved errors --since 1h  in place of the saved --since; so for each
                                    flag, and for those that it does not go with
  search --list-saved               with the examples of a ready mapping

A query that begins with a dash: qw-lambda search -Q '-error'
`

export const FORMATS_TOPIC = `
What is printed

  stdout is the answer and nothing else; all the rest goes to stderr.
  A pipe or a file gets the same rows tab-separated and whole, without colour.
  The format changes by a flag only, never by itself.

  --json            one document; for search the API's answer byte for byte
  --format ndjson   one hit a line, as they come
  --format csv      RFC 4180, with a header
  --format tsv      tab-separated, with a header
  --format line     one field a line
  --quiet           no footer, no hints; errors only

  --jq '.hits[].body'    what jq makes of the JSON: one result a line, texts
                         without quotes; jq is built in. Its language:
                         https://jqlang.org/manual

  Integers are exact in all of them, also beyond 2^53: parse them as such.
  Times are local in tables (--tz), and as stored in JSON.

What is read

  ingest takes NDJSON, JSON arrays and single documents, plain or gzip, told by
  their content, not by their name; files, folders, globs and - for stdin.

How values are written

  durations   90s  15m  2h  7d        none switches off
  sizes       512MB  3GiB
  times       2026-11-23T04:00:00Z  2026-11-23  now-15m  15m (ago)
              Unix s, ms, us or ns, told by their size
`

export const QUOTAS_TOPIC = `
Limits of AWS

  concurrency     10 at once in a new account; enough: nothing is reserved here
  memory          3,008 MB a function in a new account; more on request
  answer          6 MB from a function: fewer hits (-n), fewer --fields, or --all
  time            29 s through the HTTP API; 15 min for one indexing run
  key             a new API key works after up to two minutes

Limits of qw-lambda

  hits            10,000 in one answer; --all goes on where it ends
  query           1 MB, 16,384 clauses, 200 levels
  set             65,536 values in IN [...]
  request         1 MB of JSON, 10 MB of documents
  generator       1,000,000 documents a batch

An error names the limit that was met and the way out, with exit status 8.
`

export const COST_TOPIC = `
What costs money

  A local stack costs nothing. In AWS nothing runs while nobody asks; what stays
  is storage, one secret, three alarms, and the sample stream while it is on.

  qw-lambda cost-estimate             every row, and the three biggest levers
  qw-lambda cost-estimate --explain   each row's arithmetic
  qw-lambda cost-estimate --max 10    exit status 12 above ten dollars a month

What it assumes

  Round numbers for the queries, the sample stream for the data, list prices of
  us-east-1 with their date. Change any of it:

  --queries 100k --query-ms 300 --retention 7d     the common ones have a flag
  --assume indexRatio=0.3                          every one has a name
  --assumptions file.json                          many at once
  --assume-measured                                from this machine's own runs

Columns

  assumed    your figures, or the defaults
  actual     what a deployment really used, scaled to a month
  tutorial   the figures that Quickwit’s tutorial published, recomputed

  A quantity that nobody knows is never $0.00: its price is shown instead, and
  the total says that it leaves the row out.
`

export const GRAFANA_TOPIC = `
Grafana

  Install the data source quickwit-quickwit-datasource (0.4.6 or later), then add
  a data source of that type:

  URL            http://127.0.0.1:7280/api/v1    while qw-lambda serve runs
                 the API's URL, ending in /api/v1, for a stack in AWS
  Custom header  x-api-key, when a key is asked for
  Index          an index id, or a pattern such as logs-*
  Message field  what is shown of a log line, such as body

  A browser on another machine needs an address and a key:
  qw-lambda serve --host 0.0.0.0 --api-key-file key.txt
`
