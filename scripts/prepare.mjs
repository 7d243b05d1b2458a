// Installs and builds what `npm start`, `npm test` and `./agora` need, when it is missing or older
// than its sources. Uses nothing but Node, since nothing else is there on a fresh clone.
// `--force` builds even when nothing changed.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const force = process.argv.includes('--force')

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Agora needs Node 20.19 or newer; this is ${process.versions.node}.`)
  process.exit(1)
}

function run(what, command, args) {
  console.error(`${what} ...`)
  const startedAt = Date.now()
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (result.error) console.error(`${command}: ${result.error.message}`)
  if (result.status !== 0) {
    console.error(`${what} failed: ${command} ${args.join(' ')}`)
    process.exit(result.status ?? 1)
  }
  console.error(`${what}: done in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`)
}

const modifiedAt = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0)

/** When the newest .ts file below `folder` changed, folders included (a deleted file counts). */
function newestSource(folder) {
  let newest = modifiedAt(folder)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules' || entry.name === 'dist')
      continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) newest = Math.max(newest, newestSource(path))
    else if (entry.name.endsWith('.ts')) newest = Math.max(newest, modifiedAt(path))
  }
  return newest
}

function newestInSources() {
  let newest = Math.max(
    modifiedAt(join(root, 'tsconfig.json')),
    modifiedAt(join(root, 'tsconfig.build.json')),
  )
  for (const entry of readdirSync(root, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue
    if (entry.name === 'node_modules' || entry.name === 'dist') continue
    newest = Math.max(newest, newestSource(join(root, entry.name)))
  }
  return newest
}

/** Deletes what an earlier build left of sources that are gone. In place: a cluster may be running from here. */
function removeStale(built, source) {
  for (const entry of readdirSync(built, { withFileTypes: true })) {
    const path = join(built, entry.name)
    if (entry.isDirectory()) removeStale(path, join(source, entry.name))
    else if (/\.js(\.map)?$/.test(entry.name)) {
      const origin = join(source, entry.name.replace(/\.js(\.map)?$/, '.ts'))
      if (!existsSync(origin)) rmSync(path)
    }
  }
}

// The versions of the lockfile, as `npm ci`; which would delete everything first, and a cluster may be
// running from here.
const installArguments = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']

const lockStamp = join(root, 'node_modules', '.package-lock.json')
if (modifiedAt(lockStamp) < modifiedAt(join(root, 'package-lock.json'))) {
  run('Installing packages', 'npm', installArguments)
}

const buildStamp = join(root, 'dist', '.built')
if (force || modifiedAt(buildStamp) < newestInSources()) {
  const startedAt = new Date()
  run('Building', process.execPath, [
    join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
    '-p',
    join(root, 'tsconfig.build.json'),
  ])
  removeStale(join(root, 'dist'), root)
  writeFileSync(buildStamp, startedAt.toISOString())
}
