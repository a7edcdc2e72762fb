// Known weaknesses of what is bundled and of what builds it, by the registry's own list: `npm run audit`.
// Fails for a high or critical one. A registry without such a list (mirrors have none) is said.
import { spawnSync } from 'node:child_process'

const GRAVE = ['high', 'critical']

const { stdout, stderr } = spawnSync('npm', ['audit', '--json'], { encoding: 'utf8' })
const answer = readAnswer(stdout)
if (answer?.vulnerabilities === undefined) {
  const reason = answer?.message ?? stderr.trim().split('\n').at(-1) ?? 'no answer'
  console.log(`NOT AUDITED: the registry gives no list of weaknesses (${reason}).`)
  // GitHub's runners ask npm's own registry, which has it.
  process.exit(process.env.GITHUB_ACTIONS === 'true' ? 1 : 0)
}
const all = Object.values(answer.vulnerabilities)
const grave = all.filter(({ severity }) => GRAVE.includes(severity))
for (const { name, severity, range } of grave) console.log(`${severity}: ${name} ${range}`)
console.log(`${all.length} known weaknesses, ${grave.length} of them high or critical.`)
process.exit(grave.length === 0 ? 0 : 1)

function readAnswer(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
