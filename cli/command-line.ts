import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ArgsDef, renderUsage, runCommand, type SubCommandsDef } from 'citty'
import { VidemoError } from '../src/base/errors.ts'
import { checkArguments, suggestion, tokenize } from './check-arguments.ts'
import { CLIError, Interrupted } from './options.ts'
import { packageRoot } from './package-root.ts'
import { forStream } from './terminal.ts'

/** A command of any arguments, as citty takes it beside others. */
export type Command = Awaited<ReturnType<Extract<SubCommandsDef[string], () => unknown>>>

/** Some commands under one name (`videmo build`), or one alone (`npm run bench`). */
export interface CommandLine {
  /** As a person calls it: `videmo`. */
  readonly call: string
  readonly main: Command
  /** By name; each is loaded only when it is asked for. */
  readonly commands?: Readonly<Record<string, () => Promise<Command>>>
  /** Throws for a command that cannot run here, before its arguments are looked at. */
  readonly refuse?: (name: string) => void
}

/** What was asked for, once the command is known. */
interface Asked {
  readonly command: Command
  /** Of several commands: `build`. */
  readonly name?: string
  /** As a person calls it: `videmo build`. */
  readonly call: string
  readonly rawArgs: readonly string[]
}

const version: string = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')).version

/**
 * Runs what was typed and returns the exit status: 0 done, 1 failed, 2 a wrong word on the command line, 3 the machine
 * lacks what was asked for, 130 interrupted. A command that fails without an error sets `process.exitCode` itself.
 */
export async function runCommandLine(line: CommandLine, rawArgs: readonly string[]): Promise<number | undefined> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe)
  let call = line.call
  try {
    const asked = await findCommand(line, rawArgs)
    call = asked.call
    const definitions: ArgsDef = (await resolve(asked.command.args)) ?? {}
    const flags = new Set(tokenize(definitions, asked.rawArgs).options.map(({ rawName }) => rawName))
    if (flags.has('--help') || flags.has('-h')) {
      process.stdout.write(await usage(line, asked))
      return 0
    }
    if (flags.has('--version') || flags.has('-v') || flags.has('-V')) {
      process.stdout.write(`${version}\n`)
      return 0
    }
    if (asked.command === line.main && line.commands) {
      checkArguments(definitions, asked.rawArgs)
      throw new CLIError(`Say what to do: ${Object.keys(line.commands).join(', ')}.`)
    }
    if (asked.name !== undefined) line.refuse?.(asked.name)
    checkArguments(definitions, asked.rawArgs)
    await runCommand(asked.command, { rawArgs: [...asked.rawArgs] })
    return undefined
  } catch (error) {
    return tell(error, call)
  }
}

async function findCommand(line: CommandLine, rawArgs: readonly string[]): Promise<Asked> {
  const { call, main, commands } = line
  const own: Asked = { command: main, call, rawArgs }
  if (!commands) return own
  const [first, ...rest] = rawArgs
  // `videmo help build`, as git and npm take it.
  if (first === 'help') return findCommand(line, [...rest.slice(0, 1), '--help'])
  if (first === undefined || first.startsWith('-')) return own
  if (!Object.hasOwn(commands, first)) {
    const names = Object.keys(commands)
    const nearest = suggestion(first, names) || ` The commands are ${names.join(', ')}.`
    throw new CLIError(`${first}: there is no such command.${nearest}`)
  }
  return { name: first, command: await commands[first](), call: `${call} ${first}`, rawArgs: rest }
}

/** The command's help, as standard output takes it. */
async function usage({ main, call, commands }: CommandLine, asked: Asked): Promise<string> {
  const isMain = asked.command === main
  // citty names a command by its own name; a person types what goes before it, too.
  const [own, parent] = isMain
    ? [{ ...main, meta: { ...(await resolve(main.meta)), name: call }, ...(commands ? { subCommands: commands } : {}) }]
    : [asked.command, { meta: { name: call } }]
  const text = await renderUsage(own, parent)
  const ending = `--help prints this, --version the version (${version}).`
  // That a switch is off unless given needs no word.
  const lines = forStream(text, process.stdout).replaceAll('(Default: false)', '').split('\n')
  return `${[...lines.map((each) => each.trimEnd()), '', ending].join('\n').replace(/\n{3,}/g, '\n\n')}\n`
}

/** Prints what went wrong. Returns the exit status. */
function tell(error: unknown, call: string): number {
  const say = (text: string) => process.stderr.write(forStream(`${text}\n`, process.stderr))
  if (error instanceof VidemoError) {
    say(`${error.name} [${error.code}] ${error.message}\n${error.action}`)
    return error.code === 'no-adapter' ? 3 : 1
  }
  if (error instanceof Interrupted) {
    say(error.message)
    return 130
  }
  if (error instanceof Error && error.name === 'CLIError') {
    say(`${error.message}\n${call} --help says more.`)
    return 2
  }
  say(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return 1
}

/** `videmo build --help | head`: whoever reads no more is no fault of the command. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}

/** citty's values may be functions and promises. */
async function resolve<T>(value: T | Promise<T> | (() => T | Promise<T>) | undefined): Promise<T | undefined> {
  return value instanceof Function ? value() : value
}
