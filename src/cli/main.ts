import { thisProcess } from './program/build-context.ts'
import { runCommandLine } from './program/command-line.ts'
import { listenForSignals } from './program/interruption.ts'
import { EXIT } from './command/exit-codes.ts'
import { exitOnLostOutput } from './format/streams.ts'

/** Runs the command line (without node and script) and ends the process with the exit status. */
export async function main(argv: readonly string[], version: string): Promise<void> {
  exitOnLostOutput(process, EXIT.remote)
  const interruption = listenForSignals()
  process.exitCode = await runCommandLine({ host: thisProcess(), argv, version, interruption })
  // Pipes may still hold text on some systems; then whatever keeps the event loop busy (a keep-alive
  // socket, a timer) must not hold the user.
  await new Promise((done) => process.stdout.write('', done))
  process.exit()
}
