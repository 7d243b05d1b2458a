/**
 * What would be in the way while tables are filled: foreign keys, because the order of the tables is
 * anybody's, and indexes that enforce nothing, because making one of all rows is far quicker
 * than adding row by row. Both come back exactly as they were, in the same transaction.
 */
import type { ClientBase } from 'pg'

/** Names and definitions as the server spells them: with schema, and quoted. */
const foreignKeysSql = `
  SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS remove,
         format('ALTER TABLE %s ADD CONSTRAINT %I %s',
                conrelid::regclass, conname, pg_get_constraintdef(oid)) AS restore
  FROM pg_constraint
  WHERE contype = 'f' AND connamespace = to_regnamespace('state')
  ORDER BY oid`

const indexesSql = `
  SELECT format('DROP INDEX %s', i.indexrelid::regclass) AS remove,
         pg_get_indexdef(i.indexrelid) AS restore
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  WHERE c.relnamespace = to_regnamespace('state') AND NOT i.indisunique
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)
  ORDER BY i.indexrelid`

/**
 * Removes them; the connection is in a transaction whose search_path names no other schema than
 * pg_catalog. Calling what it resolves with brings them back.
 */
export async function setAside(client: ClientBase): Promise<() => Promise<void>> {
  const foreignKeys = await client.query(foreignKeysSql)
  const indexes = await client.query(indexesSql)
  const all = [...foreignKeys.rows, ...indexes.rows]
  for (const { remove } of all) await client.query(remove)
  return async () => {
    // Indexes first: the check of a foreign key may use them.
    for (const { restore } of [...indexes.rows, ...foreignKeys.rows]) await client.query(restore)
  }
}
