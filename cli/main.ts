#!/usr/bin/env node
import { defineCommand } from 'citty'
import { type Command, runCommandLine } from './command-line.ts'
import { needsRepository, runsFromSource } from './package-root.ts'
import type { RepositoryCommand } from './repository-commands.ts'

const repositoryOnly: readonly RepositoryCommand[] = ['analyze', 'draw', 'score', 'calibrate']

/** In the list of commands, in place of one that the installed package does not hold. */
const onlyInRepository = async (): Promise<Command> =>
  defineCommand({ meta: { description: 'Runs only in the project’s repository.' } })

const status = await runCommandLine(
  {
    call: 'videmo',
    main: defineCommand({
      meta: {
        name: 'videmo',
        description: 'Builds and checks VidEmo bundles for the web, serves the page, and reads videos with it.',
      },
    }),
    // A command is loaded only when it is asked for, together with the packages that it needs.
    commands: {
      serve: async () => (await import('./serve-command.ts')).serveCommand,
      build: async () => (await import('./build-command.ts')).buildCommand,
      parity: async () => (await import('./parity-command.ts')).parityCommand,
      ...(runsFromSource
        ? (await import('./repository-commands.ts')).repositoryCommands
        : Object.fromEntries(repositoryOnly.map((name) => [name, onlyInRepository]))),
    },
    refuse: (name) => {
      if (!runsFromSource && repositoryOnly.some((each) => each === name)) throw needsRepository(`videmo ${name}`)
    },
  },
  process.argv.slice(2),
)
if (status !== undefined) process.exitCode = status
