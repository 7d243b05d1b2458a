/**
 * LogStorage in PostgreSQL, schema `replica`: one write is one row, one round trip and one
 * synchronous commit. It must not know what the entries mean.
 *
 * A write that fails, for whatever reason, may or may not be in the log. So nothing more is written
 * after it: the replica stops, and reads at its next start what there is.
 */
import type { Client, QueryConfig } from 'pg'
import { assert } from '../../common/assert.ts'
import { AppError } from '../../common/errors.ts'
import type { LogStorage } from '../ports.ts'
import type { DurableState, LogWrite } from '../protocol.ts'
import type { LogIndex } from '../replicated-log.ts'
import { Replay, RetainedRecords } from './append-records.ts'
import type { AppendRecord } from './append-records.ts'
import { decodeEntries, decodeScalar, encodeEntries, encodeScalar } from './framing.ts'

// Entries are small and come in batches: rows up to 8 kB stay in one piece, larger ones go out of
// line, and none is compressed, which would cost more than it saves.
const schemaSql = `
  CREATE SCHEMA IF NOT EXISTS replica;
  CREATE TABLE IF NOT EXISTS replica.log (
    append_id bigint PRIMARY KEY,
    first_index bigint NOT NULL,
    last_index bigint NOT NULL,
    entries bytea NOT NULL
  ) WITH (toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0,
          autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_insert_threshold = -1);
  ALTER TABLE replica.log ALTER COLUMN entries SET STORAGE EXTERNAL;
  CREATE TABLE IF NOT EXISTS replica.meta (
    one boolean PRIMARY KEY CHECK (one),
    bytes bytea
  ) WITH (fillfactor = 10);`

const appendSql = `
  INSERT INTO replica.log (append_id, first_index, last_index, entries) VALUES ($1, $2, $3, $4)`
const metaSql = (parameter: string) => `
  INSERT INTO replica.meta (one, bytes) VALUES (true, ${parameter})
  ON CONFLICT (one) DO UPDATE SET bytes = excluded.bytes`
const touchSql = `
  INSERT INTO replica.meta (one, bytes) VALUES (true, NULL)
  ON CONFLICT (one) DO UPDATE SET bytes = replica.meta.bytes`

/** Rows read at a time. */
const loadPageRows = 256

export class PostgresLogStorage implements LogStorage {
  readonly #client: Client
  #records = new RetainedRecords()
  #phase: 'new' | 'loaded' | 'closed' = 'new'
  #writing = false
  #failure: AppError | undefined

  private constructor(client: Client) {
    this.#client = client
    client.on('error', (error) => this.#fail(error))
    client.on('end', () => this.#fail(new Error('the connection was closed')))
  }

  /**
   * `client` is for this log alone, without pipelining, and closed by close(). Its commits must be
   * synchronous, which is checked.
   */
  static async open(client: Client): Promise<PostgresLogStorage> {
    assert(!client.pipeline, 'a write follows the answer to the one before')
    const { rows } = await client.query('SHOW synchronous_commit')
    const [mode] = rows.map((row) => row.synchronous_commit)
    assert(mode !== 'off', 'the log is committed synchronously')
    await client.query(schemaSql)
    return new PostgresLogStorage(client)
  }

  /** Throws LogCorruption when what is stored cannot be trusted: the replica must not start. */
  async load(): Promise<Omit<DurableState, 'applied'>> {
    assert(this.#phase !== 'closed' && !this.#writing, 'nothing is written while the log is read')
    if (this.#failure !== undefined) throw this.#failure
    const replay = new Replay()
    // In an emptied log append ids begin again: whatever was deleted by id went this way, too, and
    // is over before the first row is read.
    this.#records = new RetainedRecords()
    for await (const { record, row } of this.#storedRecords()) {
      const isTruncation = record.lastIndex < record.firstIndex
      const entries = decodeEntries(row, record.firstIndex, record.lastIndex)
      assert(isTruncation === (entries.length === 0), 'only truncations have no entries')
      replay.add(record, entries)
      this.#records.add(record)
    }
    const { rows } = await this.#client.query('SELECT bytes FROM replica.meta')
    const scalar: Buffer | null | undefined = rows[0]?.bytes
    this.#phase = 'loaded'
    return { meta: scalar ? decodeScalar(scalar) : undefined, entries: replay.entries }
  }

  async *#storedRecords(): AsyncGenerator<{ record: AppendRecord; row: Buffer }> {
    for (let after = 0; ; ) {
      const { rows } = await this.#client.query(
        `SELECT append_id, first_index, last_index, entries FROM replica.log
         WHERE append_id > $1 ORDER BY append_id LIMIT ${loadPageRows}`,
        [after],
      )
      for (const { append_id, first_index, last_index, entries } of rows) {
        const record = { appendId: append_id, firstIndex: first_index, lastIndex: last_index }
        yield { record, row: entries }
        after = append_id
      }
      if (rows.length < loadPageRows) return
    }
  }

  async write(write: LogWrite): Promise<void> {
    assert(this.#phase === 'loaded', 'the log is loaded before it is written')
    assert(!this.#writing, 'one write is in flight at most')
    if (this.#failure !== undefined) throw this.#failure
    const record = recordOf(write, this.#records.nextAppendId)
    if (record !== undefined) this.#records.add(record)
    this.#writing = true
    try {
      await this.#client.query(statementFor(write, record))
    } catch (error) {
      throw this.#fail(error)
    } finally {
      this.#writing = false
    }
  }

  async trim(index: LogIndex): Promise<void> {
    const before = this.#records.removableBefore(index)
    if (before === undefined) return
    if (this.#failure !== undefined) throw this.#failure
    this.#records.remove(before)
    try {
      // If a crash undoes it, the records are trimmed another time: no need to wait for the disk.
      await this.#client.query(
        `BEGIN; SET LOCAL synchronous_commit = off;
         DELETE FROM replica.log WHERE append_id < ${before}; COMMIT`,
      )
    } catch (error) {
      throw this.#fail(error)
    }
  }

  async close(): Promise<void> {
    if (this.#phase === 'closed') return
    this.#phase = 'closed'
    await this.#client.end()
  }

  #fail(cause: unknown): AppError {
    this.#failure ??= new AppError('INTERNAL', {
      message: `The log of this replica can no longer be written: ${(cause as Error).message}`,
      definite: false,
      cause,
    })
    return this.#failure
  }
}

function recordOf(write: LogWrite, appendId: number): AppendRecord | undefined {
  const { entries, truncateFrom } = write
  const [first, last] = [entries[0], entries.at(-1)]
  if (first !== undefined && last !== undefined) {
    assert(truncateFrom === undefined, 'a write appends or truncates')
    const contiguous = last.index - first.index === entries.length - 1
    assert(
      contiguous && entries.every((e, at) => e.index === first.index + at),
      'no gap in a write',
    )
    return { appendId, firstIndex: first.index, lastIndex: last.index }
  }
  if (truncateFrom === undefined) return undefined
  return { appendId, firstIndex: truncateFrom, lastIndex: truncateFrom - 1 }
}

/**
 * What makes the log empty and `meta` the durable scalars, as part of a transaction of somebody
 * else's. Afterwards a log that is open must be loaded again before anything is written.
 */
export function emptyLogStatements(meta: Uint8Array): readonly QueryConfig[] {
  const values = [encodeScalar(meta)]
  return [{ text: 'TRUNCATE replica.log' }, { text: metaSql('$1'), values }]
}

/** Every write is one statement, so that it is atomic and durable when its answer arrives. */
function statementFor(write: LogWrite, record: AppendRecord | undefined): QueryConfig {
  const meta = write.meta === undefined ? undefined : encodeScalar(write.meta)
  if (record === undefined) {
    // Even a write of nothing is a synchronous commit: it secures what was applied before.
    if (meta === undefined) return { name: 'log-touch', text: touchSql }
    return { name: 'log-meta', text: metaSql('$1'), values: [meta] }
  }
  const { appendId, firstIndex, lastIndex } = record
  const values = [appendId, firstIndex, lastIndex, encodeEntries(write.entries)]
  if (meta === undefined) return { name: 'log-append', text: appendSql, values }
  const text = `WITH scalars AS (${metaSql('$5')}) ${appendSql}`
  return { name: 'log-append-meta', text, values: [...values, meta] }
}
