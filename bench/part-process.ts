import { PARTS, type BenchContext } from './parts.ts'

// A process of its own for each part, so that none measures the memory or the compiled code of another.
const [, , name, context = '{}'] = process.argv
const part = PARTS.find((each) => each.name === name)
if (part === undefined) throw new Error(`no part ${name}`)
const result = await part.run(JSON.parse(context) as BenchContext)
process.send?.(result ?? { sections: [] })
process.disconnect()
