// Prints how many tests ran, from Vitest's JSON report: the last line of a CI run.
import { readFileSync } from 'node:fs'
import process from 'node:process'

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = report
const skipped = numPendingTests + numTodoTests
console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${skipped} skipped`)
if (numPassedTests === 0) process.exitCode = 1
