// Holds the tests against docs/domain.md: lists rules that no test of the running system cites, and
// citations of rules that there are not. Exits 1 if there is either. A test cites in its title: [P3, P7].
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

const root = resolve(process.argv[2] ?? '.')
const rulesPath = join(root, 'docs/domain.md')
/** Where tests go through a surface: REST, the command line or SOAP of running processes. */
const testFolders = ['test/e2e', 'test/integration']

function rulesIn(text) {
  return [...text.matchAll(/^- \*\*([A-Z]\d+)\.\*\* (.*)$/gm)].map(([, id, rule]) => ({ id, rule }))
}

/** Titles of tests that run: `it('…')`, `it.each(…)('…')`. Skipped ones and todos prove nothing. */
function citationsIn(path) {
  const text = readFileSync(path, 'utf8')
  const calls = [...text.matchAll(/(?:^|[\s;])(it|test|describe)((?:\.\w+)*)[(<]/g)]
  return [...text.matchAll(/\[([A-Z]\d+(?:, [A-Z]\d+)*)\]['"`],/g)].flatMap((title) => {
    const call = calls.findLast(({ index }) => index < title.index)
    if (call === undefined || call[1] === 'describe') return []
    if (/\.(?:skip|todo|skipIf|runIf|fails)\b/.test(call[2])) return []
    const line = text.slice(0, title.index).split('\n').length
    return title[1].split(', ').map((id) => ({ id, where: `${relative(root, path)}:${line}` }))
  })
}

function filesUnder(folder) {
  return readdirSync(join(root, folder), { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(root, folder, name))
}

const rules = rulesIn(readFileSync(rulesPath, 'utf8'))
const known = new Set(rules.map(({ id }) => id))
const citations = testFolders.flatMap(filesUnder).flatMap(citationsIn)
const cited = new Set(citations.map(({ id }) => id))

const complaints = [
  ...(rules.length === 0 ? ['docs/domain.md has no rules'] : []),
  ...rules
    .filter(({ id }, index) => rules.findIndex((one) => one.id === id) !== index)
    .map(({ id }) => `docs/domain.md has ${id} twice`),
  ...rules.filter(({ id }) => !cited.has(id)).map(({ id, rule }) => `no test cites ${id}: ${rule}`),
  ...citations
    .filter(({ id }) => !known.has(id))
    .map(({ id, where }) => `${where} cites ${id}, which docs/domain.md does not have`),
]
for (const complaint of complaints) process.stderr.write(`${complaint}\n`)
process.stdout.write(`${rules.length} rules, ${citations.length} citations by tests\n`)
process.exitCode = complaints.length > 0 ? 1 : 0
