/** TLS: whether certificate, key and authority go together, and for how long. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { TlsFiles } from '../../platform/config.ts'
import { type Finding, warning, well, wrong } from './finding.ts'

const dayMs = 86_400_000
const soonDays = 30

export async function examineCertificates(
  tls: TlsFiles | undefined,
  beyondLoopback: boolean,
): Promise<Finding> {
  if (tls === undefined) {
    const seen = 'not configured'
    const advice = 'passwords and cards travel in clear: set TLS_CA, TLS_CERT and TLS_KEY'
    return beyondLoopback ? warning('TLS', seen, advice) : well('TLS', `${seen}; loopback only`)
  }
  try {
    const paths = [tls.caPath, tls.certPath, tls.keyPath]
    const [ca, cert, key] = await Promise.all(paths.map((path) => readFile(path)))
    if (ca === undefined || cert === undefined || key === undefined) throw new Error('missing')
    return certificateFinding({ ca, cert, key }, Date.now())
  } catch (error) {
    const seen = error instanceof Error ? error.message : String(error)
    return wrong('TLS', seen, 'TLS_CA, TLS_CERT and TLS_KEY must name readable PEM files')
  }
}

type Pems = { readonly ca: Buffer; readonly cert: Buffer; readonly key: Buffer }

/** Throws when one of them cannot be parsed. */
export function certificateFinding({ ca, cert, key }: Pems, nowMs: number): Finding {
  const certificate = new X509Certificate(cert)
  const authority = new X509Certificate(ca)
  const names = certificate.subjectAltName ?? certificate.subject
  if (!certificate.checkPrivateKey(createPrivateKey(key))) {
    return wrong('TLS', names, 'TLS_KEY is not the key of TLS_CERT')
  }
  if (!certificate.verify(authority.publicKey)) {
    return wrong('TLS', names, 'TLS_CERT was not issued by TLS_CA')
  }
  const ends = [certificate, authority].map(({ validTo }) => Date.parse(validTo))
  const daysLeft = Math.floor((Math.min(...ends) - nowMs) / dayMs)
  const seen = `${names}; valid for ${daysLeft} days`
  if (Date.parse(certificate.validFrom) > nowMs) {
    return wrong('TLS', `not valid before ${certificate.validFrom}`, 'look at the clock')
  }
  if (daysLeft < 0)
    return wrong('TLS', seen, 'renew TLS_CERT or TLS_CA, then restart all processes')
  if (daysLeft < soonDays) return warning('TLS', seen, 'renew it, then restart all processes')
  return well('TLS', seen)
}
