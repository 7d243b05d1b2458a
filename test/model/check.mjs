/**
 * Checks the formal model of the view change with spin: `npm run model`. Every model in runs.mjs
 * must be exhausted without a violation, and every planted bug found. Exits with 1 on a surprise.
 *
 *   --large         the larger bounds, too (minutes, and up to 4 GiB)
 *   --only <text>   only runs whose name contains it
 *   --trace         the steps that lead to each planted bug's violation
 *
 * It must not know a rule of the protocol: those are in view-change.pml.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { cleanModels, invariants, plantedBugs, stepwiseBugs } from './runs.mjs'

const modelFolder = dirname(fileURLToPath(import.meta.url))
const memoryLimitMebibytes = 4_000
const timeLimitMs = 20 * 60_000
const maxDepth = 10_000

const { values: options } = parseArgs({
  options: {
    large: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    trace: { type: 'boolean', default: false },
  },
})

function run(folder, command, args) {
  const result = spawnSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: timeLimitMs,
    maxBuffer: 64 * 1_024 * 1_024,
  })
  if (result.error) throw new Error(`${command} ${args.join(' ')}: ${result.error.message}`)
  return { status: result.status, output: result.stdout + result.stderr }
}

function must(folder, command, args) {
  const { status, output } = run(folder, command, args)
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${output}`)
  return output
}

const definitions = (bounds) =>
  Object.entries(bounds).map(([name, value]) =>
    value === true ? `-D${name}` : `-D${name}=${value}`,
  )

function figure(output, pattern) {
  const found = pattern.exec(output)
  if (found === null) throw new Error(`the checker did not say ${pattern}:\n${output}`)
  return Number(found[1])
}

/** One search, in a folder of its own: `violation` is undefined when there is none. */
function search(bounds, optimization) {
  const folder = mkdtempSync(join(tmpdir(), 'agora-model-'))
  try {
    for (const file of readdirSync(modelFolder).filter((name) => name.endsWith('.pml'))) {
      copyFileSync(join(modelFolder, file), join(folder, file))
    }
    const defined = definitions(bounds)
    const translated = must(folder, 'spin', ['-a', ...defined, 'view-change.pml'])
    if (/error/i.test(translated)) throw new Error(`spin -a ${defined.join(' ')}:\n${translated}`)
    const compiler = [
      optimization,
      '-w',
      '-DSAFETY',
      '-DNOREDUCE',
      `-DMEMLIM=${memoryLimitMebibytes}`,
    ]
    must(folder, 'gcc', [...compiler, '-o', 'pan', 'pan.c'])
    const startedAt = performance.now()
    // -E: that a bounded model comes to an end is no error.
    const { output } = run(folder, './pan', ['-E', `-m${maxDepth}`, '-w22'])
    return {
      states: figure(output, /(\d+) states, stored/),
      depth: figure(output, /depth reached (\d+)/),
      seconds: (performance.now() - startedAt) / 1_000,
      violation: violationIn(output) ? replay(folder, defined) : undefined,
      incomplete: incompleteness(output),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const violationIn = (output) => figure(output, /errors: (\d+)/) > 0

function incompleteness(output) {
  if (/max search depth too small/.test(output)) return 'it was cut off at the depth limit'
  if (/out of memory|reached -DMEMLIM|memory limit/i.test(output)) return 'memory did not suffice'
  return undefined
}

/** The steps that lead to the violation, and which invariant it is of. */
function replay(folder, defined) {
  const { output } = run(folder, 'spin', ['-t', ...defined, 'view-change.pml'])
  const [, assertion] = /text of failed assertion: (.*)/.exec(output) ?? [undefined, output]
  const known = invariants.find(({ variable }) => assertion.includes(variable))
  const steps = output.split('\n').filter((text) => /^\s*(member|lost disk|view) /.test(text))
  return { invariant: known?.invariant ?? assertion, steps }
}

function report(name, { states, depth, seconds }, verdict) {
  const figures = `${states.toLocaleString('en')} states, depth ${depth}, ${seconds.toFixed(1)} s`
  console.log(`  ${name}: ${figures}: ${verdict}`)
}

function checkClean({ name, bounds }) {
  const result = search(bounds, '-O2')
  const isClean = result.violation === undefined && result.incomplete === undefined
  report(name, result, isClean ? 'exhausted, no violation' : 'NOT CLEAN')
  if (result.incomplete !== undefined) console.log(`    not exhausted: ${result.incomplete}`)
  if (result.violation !== undefined) tell(result.violation)
  return isClean
}

function checkPlanted({ rule, bug, bounds }) {
  // Found in a moment: compiling is what takes time.
  const result = search({ ...bounds, BUG: true, [`BUG_${bug}`]: true }, '-O0')
  const { violation } = result
  const verdict = violation === undefined ? 'NOT FOUND' : `found by ${violation.invariant}`
  report(`without "${rule}"`, result, verdict)
  if (violation !== undefined && options.trace) tell(violation)
  return violation !== undefined
}

function tell({ invariant, steps }) {
  console.log(`    violates ${invariant}:`)
  for (const step of steps) console.log(`      ${step.trim()}`)
}

function requireChecker() {
  for (const [command, flag] of [
    ['spin', '-V'],
    ['gcc', '--version'],
  ]) {
    if (spawnSync(command, [flag]).status === 0) continue
    console.error(`THE MODEL WAS NOT CHECKED: ${command} is not installed.`)
    console.error('On Debian: apt-get install spin gcc libc6-dev')
    process.exit(1)
  }
}

requireChecker()
const isWanted = (name) => name.includes(options.only)
const models = cleanModels.filter(
  ({ name, isLarge }) => isWanted(name) && (options.large || isLarge !== true),
)
const bugs = [...plantedBugs, ...(options.large ? stepwiseBugs : [])].filter(
  ({ rule, bug }) => isWanted(rule) || isWanted(bug),
)
console.log('The design, which must be clean:')
const clean = models.filter(checkClean)
console.log('The design with a rule taken away, which must be caught:')
const caught = bugs.filter(checkPlanted)
console.log(
  `model: ${clean.length} of ${models.length} clean, ${caught.length} of ${bugs.length} planted bugs found`,
)
const isAsExpected = clean.length === models.length && caught.length === bugs.length
process.exitCode = isAsExpected && models.length + bugs.length > 0 ? 0 : 1
