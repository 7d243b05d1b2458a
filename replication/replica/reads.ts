/**
 * Reads of a db-* service: linearizable unless the caller asked for `local`, on connections of their
 * own, bounded. It must not know what is read.
 */
import { DatabaseError, type Pool } from 'pg'
import type { Deadline } from '../../common/deadline.ts'
import { AppError } from '../../common/errors.ts'
import type { ReplicaParts } from './plan.ts'

/** `ReadContext` of both proto files, as proto-loader hands it over. */
export type ReadContext = { readonly local: boolean }

/** Reads that wait for a connection; each is short, so this is well under a second's worth. */
const WAITING_MAX = 1_000

/**
 * What `query` finds. All that was acknowledged anywhere before the call is seen, unless the
 * context says local: then it is whatever this replica has.
 * Throws AppError: what barrier() throws, OVERLOADED, UNAVAILABLE when the database is out of reach.
 */
export async function read<T>(
  { log, reads }: Pick<ReplicaParts<never>, 'log' | 'reads'>,
  context: ReadContext | null | undefined,
  deadline: Deadline,
  query: (pool: Pool) => Promise<T>,
): Promise<T> {
  if (context?.local !== true) await log.barrier(deadline)
  if (reads.waitingCount >= WAITING_MAX) {
    const message = `${reads.waitingCount} reads already wait for a connection`
    throw new AppError('OVERLOADED', { message })
  }
  try {
    return await query(reads)
  } catch (error) {
    if (error instanceof AppError || isBug(error)) throw error
    const message = 'This replica cannot reach its database at the moment'
    throw new AppError('UNAVAILABLE', { message, cause: error })
  }
}

/**
 * SQLSTATE classes that say nothing about the statement: 08 connection, 53 resources, 57 operator
 * (shutdown, statement timeout). Without an SQLSTATE it is the connection that broke.
 */
function isBug(error: unknown): boolean {
  return error instanceof DatabaseError && !/^(08|53|57)/.test(error.code ?? '08')
}
