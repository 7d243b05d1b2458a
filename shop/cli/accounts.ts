/** Commands that sellers and buyers have in common: accounts, sessions. */
import { type Command, InvalidArgumentError } from 'commander'
import { readNewSecret, readSecret, type SecretSource } from '../../platform/terminal/secrets.ts'
import type { AccountClient } from '../account-client.ts'
import type { AccountBody } from '../bodies.ts'
import { type CliContext, forgetSession } from './context.ts'
import { UsageError } from './failures.ts'
import { describeFields, printResult } from './output.ts'
import { examples } from './program.ts'

const passwordFileHelp = 'read the password from the first line of a file; - is standard input'

export function addAccountCommands<Client extends AccountClient<AccountBody>>(
  program: Command,
  context: () => CliContext<Client>,
): void {
  program.commandsGroup('Account:')
  program
    .command('create-account <username>')
    .description('make an account and log in; asks for a password')
    .option('--name <name>', 'shown to others; the username when left out')
    .option('--password-file <file>', passwordFileHelp)
    .addHelpText('after', examples('create-account ann', "create-account ann --name 'Ann Lee'"))
    .action(async (username: string, { name, passwordFile }) => {
      const source = secretFrom(context(), passwordFile)
      const password = await readNewSecret('Password (8 to 128 characters)', source)
      const { client } = context()
      const account = await client.createAccount({
        username,
        password,
        ...(name === undefined ? {} : { name }),
      })
      await logIn(context(), username, password)
      printResult(context(), account, `Account ${account.id} for ${account.username}; logged in.`)
    })

  program
    .command('login <username>')
    .description('begin a session; asks for the password')
    .option('--password-file <file>', passwordFileHelp)
    .addHelpText('after', examples('login ann', 'login ann --password-file ~/.ann-password'))
    .action(async (username: string, { passwordFile }) => {
      const password = await readSecret('Password', secretFrom(context(), passwordFile))
      const session = await logIn(context(), username, password)
      const { idleTimeoutSeconds, account } = session
      const idle = `it ends after ${Math.round(idleTimeoutSeconds / 60)} minutes without a call`
      printResult(context(), { account, idleTimeoutSeconds }, `Logged in as ${username}; ${idle}.`)
    })

  program
    .command('logout')
    .description('end the session')
    .action(async () => {
      const { client } = context()
      const { token } = client
      await client.logout()
      forgetSession(context(), token)
      context().seen.forget()
      printResult(context(), { loggedOut: true }, 'Logged out.')
    })

  program
    .command('whoami')
    .description('the account of this session')
    .action(async () => {
      const account = await context().client.me()
      const fields = Object.entries(account).map(([name, value]) => [name, String(value)])
      printResult(context(), account, describeFields(Object.fromEntries(fields)))
    })
}

/** At a prompt, standard input is where the commands come from. Throws UsageError. */
function secretFrom(
  { inPrompt }: { readonly inPrompt: boolean },
  file: string | undefined,
): SecretSource {
  if (inPrompt && file === '-') {
    throw new UsageError('Standard input is taken by the prompt: name a file.')
  }
  return { file, flag: '--password-file FILE' }
}

async function logIn<Client extends AccountClient<AccountBody>>(
  context: CliContext<Client>,
  username: string,
  password: string,
) {
  const session = await context.client.login({ username, password })
  context.username = username
  context.unitsInCart = undefined
  context.sessionFile.write({ token: session.token, username })
  return session
}

/** For commander: a whole number of at least `min`. */
export function wholeNumber(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < min) {
      throw new InvalidArgumentError(`Expected a whole number of at least ${min}.`)
    }
    return value
  }
}
