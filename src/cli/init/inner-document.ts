import type { CliContext } from '../command/context.ts'
import { EXIT, type ExitCode } from '../command/exit-codes.ts'

export type Document = Readonly<Record<string, unknown>>

/**
 * Runs what ends by printing a JSON document of its own, and prints that as part of another: stdout
 * gets one document, also when the run fails after printing. Tables pass as they are.
 */
export async function withInnerDocument(
  context: CliContext,
  run: (context: CliContext) => Promise<ExitCode | void>,
  outer: (inner: Document) => Document,
): Promise<ExitCode> {
  if (context.format !== 'json') return (await run(context)) ?? EXIT.ok
  let printed = ''
  const write = (text: string | Uint8Array): Promise<void> => {
    printed += Buffer.from(text).toString()
    return Promise.resolve()
  }
  try {
    return (await run({ ...context, out: { ...context.out, write } })) ?? EXIT.ok
  } finally {
    if (printed !== '') {
      // Only our own commands print here, and those print an object.
      const { schema: _, ...inner } = JSON.parse(printed) as Document
      await context.out.write(`${JSON.stringify(outer(inner))}\n`)
    }
  }
}
