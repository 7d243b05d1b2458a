/**
 * Session tokens: 256 random bits that only the client keeps. Servers and databases know their
 * SHA-256 and nothing else.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Request } from 'express'
import { AppError } from '../../common/errors.ts'

/** 43 characters of base64url. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/** 32 bytes: what is stored, and what a session is looked up by. */
export function tokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** The token of the Authorization header. UNAUTHENTICATED when there is none that could be one. */
export function bearerToken(request: Request): string {
  const header = request.headers.authorization
  if (header === undefined) throw new AppError('UNAUTHENTICATED')
  const token = /^Bearer +([A-Za-z0-9_-]{43})$/i.exec(header)?.[1]
  if (token === undefined) {
    throw new AppError('UNAUTHENTICATED', { message: 'This is not a token of a session: log in' })
  }
  return token
}
