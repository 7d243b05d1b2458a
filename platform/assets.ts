/**
 * Where files that are not code lie: schemas, protos, the WSDL, web pages. Compiled code runs from
 * dist/, but these stay where they are, beside the sources.
 */
import { existsSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assert } from '../common/assert.ts'

/** The directory that holds package.json. */
export const packageRoot = findPackageRoot(dirname(fileURLToPath(import.meta.url)))

/** Absolute path of `db-products/schema.sql` and the like, from source and from dist alike. */
export function assetPath(pathInPackage: string): string {
  const path = resolve(packageRoot, pathInPackage)
  assert(path.startsWith(packageRoot + sep), `an asset lies inside the package: ${pathInPackage}`)
  return path
}

function findPackageRoot(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder
    assert(dirname(folder) !== folder, `a package.json lies above ${start}`)
  }
}
