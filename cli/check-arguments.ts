import { parseArgs } from 'node:util'
import type { ArgDef, ArgsDef } from 'citty'
import { closest, distance } from 'fastest-levenshtein'
import { CLIError } from './options.ts'

/** What was typed, before any of it is believed. */
export interface Tokens {
  readonly options: readonly { readonly name: string; readonly rawName: string; readonly value?: string | undefined }[]
  readonly positionals: readonly string[]
}

/** Splits what was typed as citty does: options with values take the next word, flags do not. */
export function tokenize(definitions: ArgsDef, rawArgs: readonly string[]): Tokens {
  const options = Object.entries(definitions).flatMap(([name, definition]) => {
    if (definition.type === 'positional') return []
    const type = definition.type === 'boolean' ? ('boolean' as const) : ('string' as const)
    return spellings(name).map((spelling) => [spelling, { type }] as const)
  })
  const { tokens } = parseArgs({
    args: [...rawArgs],
    options: Object.fromEntries(options),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  return {
    options: tokens.flatMap((token) => (token.kind === 'option' ? [token] : [])),
    positionals: tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : [])),
  }
}

/**
 * Refuses what the command does not know: a misspelled option must not be answered as if it had not been given. Throws
 * CLIError with the nearest name.
 */
export function checkArguments(definitions: ArgsDef, rawArgs: readonly string[]): void {
  const { options, positionals } = tokenize(definitions, rawArgs)
  for (const { name, rawName, value } of options) checkOption(definitions, name, rawName, value)
  const wanted = Object.entries(definitions).flatMap(([name, { type }]) => (type === 'positional' ? [name] : []))
  const extra = positionals.slice(wanted.length)
  if (extra.length === 0) return
  if (wanted.length === 0) throw new CLIError(`${extra[0]}: only options are taken here, and they begin with --.`)
  const names = wanted.map((name) => name.toUpperCase()).join(' and ')
  throw new CLIError(`Give one ${names}, not also ${extra.join(' ')}.`)
}

function checkOption(definitions: ArgsDef, name: string, rawName: string, value: string | undefined): void {
  const positive = name.startsWith('no-') ? find(definitions, name.slice(3)) : undefined
  const definition = find(definitions, name) ?? (positive?.type === 'boolean' ? positive : undefined)
  if (!definition)
    throw new CLIError(`${rawName}: there is no such option.${suggestion(rawName, optionNames(definitions))}`)
  if (definition.type === 'boolean') {
    const isPlain = definition !== positive && (value === 'true' || value === 'false')
    if (value !== undefined && !isPlain) throw new CLIError(`${rawName}=${value}: this option takes no value.`)
  } else if (value === undefined || value === '') {
    throw new CLIError(`${rawName}: give a value.`)
  } else if (/^--?[a-z]/i.test(value)) {
    throw new CLIError(`${rawName}: give a value; ${value} is an option. (A value may begin with a dash after ./)`)
  }
}

/** The nearest of these names as a sentence with a space before it; nothing where none is near. */
export function suggestion(typed: string, names: readonly string[]): string {
  if (names.length === 0) return ''
  const nearest = closest(typed.toLowerCase(), names)
  // Two letters swapped are two steps apart.
  const most = Math.max(2, Math.floor(nearest.replace(/^--/, '').length / 3))
  return distance(typed.toLowerCase(), nearest) <= most ? ` Did you mean ${nearest}?` : ''
}

function optionNames(definitions: ArgsDef): string[] {
  const own = Object.entries(definitions).flatMap(([name, definition]) => {
    if (definition.type === 'positional') return []
    return definition.type === 'boolean' && definition.default === true ? [`--${name}`, `--no-${name}`] : [`--${name}`]
  })
  return [...own, '--help', '--version']
}

function find(definitions: ArgsDef, typed: string): ArgDef | undefined {
  const found = Object.entries(definitions).find(([name]) => spellings(name).includes(typed))?.[1]
  return found?.type === 'positional' ? undefined : found
}

/** citty takes `--max-tokens` as `--maxTokens`, too. */
function spellings(name: string): string[] {
  const camelCase = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
  return camelCase === name ? [name] : [name, camelCase]
}
