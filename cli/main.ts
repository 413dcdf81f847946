#!/usr/bin/env node
import { defineCommand } from 'citty'
import { type Command, runCommandLine } from './command-line.ts'
import { needsRepository, runsFromSource } from './package-root.ts'
import type { RepositoryCommand } from './repository-commands.ts'

/** In place of a command that the installed package does not hold. */
function onlyInRepository(name: RepositoryCommand): () => Promise<Command> {
  return async () =>
    defineCommand({
      meta: { name, description: 'Runs only in the project’s repository.' },
      run: () => {
        throw needsRepository(`videmo ${name}`)
      },
    })
}

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
        : {
            analyze: onlyInRepository('analyze'),
            draw: onlyInRepository('draw'),
            score: onlyInRepository('score'),
            calibrate: onlyInRepository('calibrate'),
          }),
    },
  },
  process.argv.slice(2),
)
if (status !== undefined) process.exitCode = status
