/**
 * Reads named values out of an environment and remembers everything that is wrong with them, so
 * that all problems can be told at once. It must not know which variables there are.
 */
import { readFileSync } from 'node:fs'
import { type HostPort, type Member, parseHostPort, parseMember } from '../common/host-port.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export type ConfigProblem = {
  readonly variable: string
  /** As it was given, a secret masked; undefined when it is missing. */
  readonly value: string | undefined
  /** What would have been right. */
  readonly expected: string
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[]) {
    super(`The configuration cannot be used:\n${problems.map(describe).join('\n')}`)
    this.problems = problems
  }
}

function describe({ variable, value, expected }: ConfigProblem): string {
  const found = value === undefined ? 'is not set' : `is "${value}"`
  return `  ${variable} ${found}; expected ${expected}`
}

type MemberRules = { readonly fallback: string; readonly fixed: boolean }

type NumberRange = { readonly fallback: number; readonly min: number; readonly max: number }

/** A group that never changes is of one of these sizes: an even one bears no more failures. */
const fixedGroupSizes: readonly number[] = [1, 3, 5, 7]
/** A group whose members come and go may be of any size in between. */
const groupSizeMax = 16

export class ConfigReader {
  readonly problems: ConfigProblem[] = []
  readonly #environment: Environment

  constructor(environment: Environment) {
    this.#environment = environment
  }

  /** The value, or undefined when it is missing or empty. */
  optional(variable: string): string | undefined {
    const value = this.#environment[variable]?.trim()
    return value === '' ? undefined : value
  }

  refuse(variable: string, expected: string, shown = this.optional(variable)): void {
    this.problems.push({ variable, value: shown, expected })
  }

  integer(variable: string, { fallback, min, max }: NumberRange): number {
    const text = this.optional(variable)
    if (text === undefined) return fallback
    const value = Number(text)
    if (/^-?\d+$/.test(text) && value >= min && value <= max) return value
    this.refuse(variable, `a whole number from ${min} to ${max}`)
    return fallback
  }

  fraction(variable: string, { fallback, min, max }: NumberRange): number {
    const text = this.optional(variable)
    if (text === undefined) return fallback
    const value = Number(text)
    if (/^\d*\.?\d+$/.test(text) && value >= min && value <= max) return value
    this.refuse(variable, `a number from ${min} to ${max}`)
    return fallback
  }

  oneOf<const T extends string>(variable: string, allowed: readonly T[], fallback: T): T {
    const text = this.optional(variable)
    if (text === undefined) return fallback
    const found = allowed.find((candidate) => candidate === text)
    if (found === undefined) this.refuse(variable, `one of ${allowed.join(', ')}`)
    return found ?? fallback
  }

  matching(variable: string, pattern: RegExp, expected: string, fallback: string): string {
    const text = this.optional(variable)
    if (text === undefined) return fallback
    if (pattern.test(text)) return text
    this.refuse(variable, expected)
    return fallback
  }

  /** A secret's text is never shown, only its length. */
  secret(
    variable: string,
    options: {
      readonly lengthMin: number
      readonly required: boolean
      readonly expected: string
    },
  ): string | undefined {
    const value = this.optional(variable)
    if (value === undefined) {
      if (options.required) this.refuse(variable, options.expected)
      return undefined
    }
    if (value.length >= options.lengthMin) return value
    this.refuse(variable, options.expected, `*** (${value.length} characters)`)
    return undefined
  }

  url(variable: string, schemes: readonly string[], fallback: string): string {
    const value = this.optional(variable) ?? fallback
    const url = URL.canParse(value) ? new URL(value) : undefined
    if (url !== undefined && schemes.includes(url.protocol.slice(0, -1))) return value
    const expected = `an address that begins with ${schemes.map((s) => `${s}://`).join(' or ')}`
    // It may carry a password.
    this.refuse(variable, expected, value.replace(/\/\/[^@/]*@/, '//***@'))
    return fallback
  }

  /** A path to a file that can be read now. */
  readableFile(variable: string): string | undefined {
    const path = this.optional(variable)
    if (path === undefined) return undefined
    try {
      readFileSync(path)
      return path
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.refuse(variable, `a file that can be read (${reason})`)
      return undefined
    }
  }

  /** `host:port,host:port`, at least one, none twice. */
  addresses(variable: string, fallback: string): HostPort[] {
    const addresses: HostPort[] = []
    for (const part of this.#parts(variable, fallback)) {
      const address = parseHostPort(part)
      if (address === undefined) {
        this.refuse(variable, `host:port,host:port,… ("${part}" is not host:port)`)
      } else if (addresses.some((other) => sameAddress(other, address))) {
        this.refuse(variable, `each address once ("${part}" stands there twice)`)
      } else addresses.push(address)
    }
    return addresses
  }

  /**
   * `0-host:port,1-host:port,…`, none twice. By id. `fixed`: ids 0 … N−1 with N one of 1, 3, 5, 7;
   * else members may have been added and removed since.
   */
  members(variable: string, { fallback, fixed }: MemberRules): Member[] {
    const members: Member[] = []
    for (const part of this.#parts(variable, fallback)) {
      const member = parseMember(part)
      if (member === undefined) {
        this.refuse(variable, `id-host:port,id-host:port,… ("${part}" is not id-host:port)`)
        return members
      }
      if (members.some((other) => other.id === member.id)) {
        this.refuse(variable, `each id once (${member.id} stands there twice)`)
      }
      if (members.some((other) => sameAddress(other, member))) {
        this.refuse(variable, `each address once ("${part}" is there under another id, too)`)
      }
      members.push(member)
    }
    if (fixed) this.#requireFixed(variable, members)
    else if (members.length > groupSizeMax) {
      this.refuse(variable, `at most ${groupSizeMax} members (there are ${members.length})`)
    }
    return members.sort((a, b) => a.id - b.id)
  }

  #requireFixed(variable: string, members: readonly Member[]): void {
    if (!fixedGroupSizes.includes(members.length)) {
      const sizes = fixedGroupSizes.join(', ')
      this.refuse(variable, `${sizes} members (there are ${members.length})`)
    } else if (members.some((member) => member.id >= members.length)) {
      this.refuse(variable, `the ids 0 to ${members.length - 1}`)
    }
  }

  #parts(variable: string, fallback: string): string[] {
    return (this.optional(variable) ?? fallback).split(',').map((part) => part.trim())
  }
}

function sameAddress(a: HostPort, b: HostPort): boolean {
  return a.host === b.host && a.port === b.port
}
