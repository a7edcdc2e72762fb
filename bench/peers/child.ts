import { spawn } from 'node:child_process'

/** What a program writes to stdout as JSON, given `input` as JSON on stdin. Throws with what it wrote
 *  to stderr when it fails. */
export async function askChild<T>(
  command: string,
  args: readonly string[],
  input?: unknown,
): Promise<T> {
  return JSON.parse(await runChild(command, args, JSON.stringify(input ?? null))) as T
}

async function runChild(command: string, args: readonly string[], input: string): Promise<string> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  const output: Buffer[] = []
  const complaints: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk))
  // One that ends early says why by its exit code.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  if (code === 0) return Buffer.concat(output).toString()
  const said = Buffer.concat(complaints).toString().trim()
  throw new Error(`${command} ${args.join(' ')} ended with exit code ${code}: ${said}`)
}
