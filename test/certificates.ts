/** An authority of its own and a certificate for this machine's processes, made by openssl. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TlsFiles } from '../platform/config.ts'

/** Writes `ca.pem`, `cert.pem` and `key.pem` into `folder`. Throws when there is no openssl. */
export function makeCertificates(folder: string): TlsFiles {
  mkdirSync(folder, { recursive: true })
  const at = (name: string): string => join(folder, name)
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  }
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-days',
    '2',
    '-subj',
    '/CN=Agora test authority',
    '-keyout',
    'ca-key.pem',
    '-out',
    'ca.pem',
  )
  openssl('req', ...newKey, '-subj', '/CN=agora', '-keyout', 'key.pem', '-out', 'request.pem')
  writeFileSync(
    at('extensions.cnf'),
    'subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth,clientAuth\n',
  )
  openssl(
    'x509',
    '-req',
    '-in',
    'request.pem',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca-key.pem',
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    'extensions.cnf',
    '-out',
    'cert.pem',
  )
  return { caPath: at('ca.pem'), certPath: at('cert.pem'), keyPath: at('key.pem') }
}
