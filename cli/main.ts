import { defineCommand } from 'citty'
import { runCommandLine } from './command-line.ts'

const status = await runCommandLine(
  {
    call: 'videmo',
    main: defineCommand({
      meta: {
        name: 'videmo',
        description: 'Builds and checks VidEmo bundles for the web, and reads videos with them.',
      },
    }),
    // Each brings what it needs, and only when it is asked for.
    commands: {
      build: async () => (await import('./build-command.ts')).buildCommand,
      parity: async () => (await import('./parity-command.ts')).parityCommand,
      analyze: async () => (await import('./analyze-command.ts')).analyzeCommand,
      draw: async () => (await import('./draw-command.ts')).drawCommand,
      score: async () => (await import('./score-command.ts')).scoreCommand,
      calibrate: async () => (await import('./calibrate-command.ts')).calibrateCommand,
    },
  },
  process.argv.slice(2),
)
if (status !== undefined) process.exitCode = status
