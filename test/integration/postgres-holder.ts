/**
 * A replica's process, as far as PostgreSQL is concerned, for tests that kill it: starts the
 * PostgreSQL of a data directory, says so on stdout, and stays. With `busy` it leaves a statement
 * running that inserts a row at its end. Stops on SIGTERM.
 */
import { startPostgres } from '../../platform/postgres/postgres.ts'
import type { Held } from './postgres-fixture.ts'

const [dataDir = '', mode = 'idle'] = process.argv.slice(2)

function say(held: Held): void {
  process.stdout.write(`${JSON.stringify(held)}\n`)
}

try {
  const postgres = await startPostgres({ dataDir, runtimeName: 'held' })
  if (mode === 'busy') {
    const client = await postgres.connect('busy')
    await client.query('CREATE TABLE late (n int)')
    // The answer never comes: this process is killed before.
    void client.query('INSERT INTO late SELECT 1 FROM pg_sleep(600)')
    // Behind the insert on the wire; another connection sees that it runs.
    const other = await postgres.connect('watch')
    const running = `SELECT 1 FROM pg_stat_activity WHERE query LIKE 'INSERT INTO late%'
                     AND state = 'active' AND pid <> pg_backend_pid()`
    while ((await other.query(running)).rowCount === 0);
  }
  process.once('SIGTERM', () => void postgres.stop().then(() => process.exit(0)))
  const { adopted, serverPid, socketDir } = postgres
  say({ kind: 'running', adopted, serverPid: serverPid ?? 0, socketDir: socketDir ?? '' })
  setInterval(() => {}, 60_000)
} catch (error) {
  say({ kind: 'failed', name: (error as Error).name, message: (error as Error).message })
  process.exitCode = 1
}
