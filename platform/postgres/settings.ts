/**
 * How an embedded PostgreSQL is configured: ten of them share a small machine with everything else,
 * each for one client process on the same machine, reached over a Unix socket only.
 */
import process from 'node:process'

/** postgresql.conf, whole. Compared with what a running server was started with. */
export function postgresqlConf(options: { readonly maxConnections: number }): string {
  const settings = {
    // Nobody gets in but through the socket, and the socket's directory is private.
    listen_addresses: "''",
    max_connections: options.maxConnections,
    superuser_reserved_connections: 0,

    // Memory: small, and no shared segments beyond the main one (containers have little /dev/shm).
    shared_buffers: '32MB',
    work_mem: '4MB',
    maintenance_work_mem: '32MB',
    huge_pages: 'off',
    max_worker_processes: 0,
    max_parallel_workers: 0,
    max_parallel_workers_per_gather: 0,
    max_logical_replication_workers: 0,

    // Durability: what a synchronous commit says is so. Who can do with less asks per session.
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',

    // The write-ahead log serves recovery only.
    wal_level: 'minimal',
    max_wal_senders: 0,
    wal_buffers: '1MB',
    min_wal_size: '32MB',
    max_wal_size: '256MB',
    checkpoint_timeout: '15min',
    checkpoint_completion_target: 0.9,

    // Little work in the background.
    bgwriter_lru_maxpages: 0,
    bgwriter_delay: '10s',
    autovacuum_max_workers: 1,
    autovacuum_naptime: '30s',
    jit: 'off',
    update_process_title: 'off',
    track_wal_io_timing: 'off',

    // A client that has died frees its backend even in the middle of a statement.
    client_connection_check_interval: '1s',

    // Neither statements nor their values go to the log: they carry personal data.
    log_destination: "'stderr'",
    logging_collector: 'off',
    log_checkpoints: 'off',
    log_min_messages: 'warning',
    log_min_error_statement: 'panic',
    log_line_prefix: "'%m [%p] %a '",
    log_timezone: "'UTC'",

    timezone: "'UTC'",
    datestyle: "'ISO, YMD'",
    default_text_search_config: "'pg_catalog.simple'",
    lc_messages: "'C'",
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`)
  return `# Written at every start; changes are lost.\n${lines.join('\n')}\n`
}

/** The socket lies in a directory that only the server's user can enter: that is the password. */
export const pgHbaConf = 'local all all trust\n'

/** What initdb is told. Part of the name of the template made with it. */
export const initdbOptions = [
  '--username=agora',
  '--auth=trust',
  '--encoding=UTF8',
  '--locale=C',
  // What pg_trgm takes for a letter: by locale C everything beyond ASCII would be a blank to search.
  ...(process.platform === 'linux' ? ['--lc-ctype=C.UTF-8'] : []),
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--data-checksums',
  '--wal-segsize=4', // MB: a new cluster holds one, a copy of it is made for each replica
  '--no-instructions',
  '--no-sync', // each copy is synced
] as const
