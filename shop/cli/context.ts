/** What every command of the two command lines gets: the client, its session, and what it knows of it. */
import type { SessionFile } from '../../platform/terminal/session-file.ts'
import type { AccountClient } from '../account-client.ts'
import type { SeenIds } from './seen-ids.ts'

/** Where the cluster of a data directory is; given by the launcher. */
export type ClusterAddresses = {
  readonly servers: readonly string[]
  readonly currency: string
  /** The certificates to trust, where the servers speak TLS. */
  readonly ca?: Buffer | undefined
}

export type Role = 'seller' | 'buyer'

export type CliContext<Client extends AccountClient<unknown>> = {
  readonly client: Client
  readonly role: Role
  readonly currency: string
  /** A prompt runs many commands; its input is not free for their secrets. */
  readonly inPrompt: boolean
  json: boolean
  /** Kept between runs, per profile. */
  readonly sessionFile: SessionFile
  /** Who is logged in. */
  username: string | undefined
  /** Of a buyer; undefined while it is not known. */
  unitsInCart: number | undefined
  /** The page after the one that was shown last. */
  nextPage: string | undefined
  readonly seen: SeenIds
  /** What the user waits for, where a command can say more than that a server is asked. */
  waitingFor: string | undefined
}

/** A command as it is to be typed here: in a prompt without what stands before it. */
export function asTyped(
  { inPrompt, role }: { readonly inPrompt: boolean; readonly role: Role },
  words: string,
): string {
  return inPrompt ? words : `./agora ${role} ${words}`
}

/** The session is over, whoever ended it. `token` was its. */
export function forgetSession(
  context: CliContext<AccountClient<unknown>>,
  token: string | undefined,
): void {
  const { client, sessionFile } = context
  if (token !== undefined) sessionFile.removeIfOf(token)
  client.token = undefined
  context.username = undefined
  context.unitsInCart = undefined
}
