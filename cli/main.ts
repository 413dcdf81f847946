import { defineCommand, renderUsage, runCommand } from 'citty'
import { VidemoError } from '../src/errors.ts'
import { Interrupted } from './options.ts'

/** Each brings what it needs, and only when it is asked for. */
const subCommands = {
  build: async () => (await import('./build-command.ts')).buildCommand,
  parity: async () => (await import('./parity-command.ts')).parityCommand,
  analyze: async () => (await import('./analyze-command.ts')).analyzeCommand,
  draw: async () => (await import('./draw-command.ts')).drawCommand,
  score: async () => (await import('./score-command.ts')).scoreCommand,
  calibrate: async () => (await import('./calibrate-command.ts')).calibrateCommand,
}

const main = defineCommand({
  meta: { name: 'videmo', description: 'Builds and checks VidEmo bundles for the web, and reads videos with them.' },
  subCommands,
})

async function usage([name]: readonly string[]): Promise<string> {
  if (name === 'build') return renderUsage(await subCommands.build())
  if (name === 'parity') return renderUsage(await subCommands.parity())
  if (name === 'analyze') return renderUsage(await subCommands.analyze())
  if (name === 'draw') return renderUsage(await subCommands.draw())
  if (name === 'score') return renderUsage(await subCommands.score())
  if (name === 'calibrate') return renderUsage(await subCommands.calibrate())
  return renderUsage(main)
}

const rawArgs = process.argv.slice(2)
try {
  if (rawArgs.includes('--help') || rawArgs.includes('-h')) process.stdout.write(`${await usage(rawArgs)}\n`)
  else await runCommand(main, { rawArgs })
} catch (error) {
  if (error instanceof VidemoError) {
    process.stderr.write(`${error.name} [${error.code}] ${error.message}\n${error.action}\n`)
    // 3 says that the machine lacks what was asked for, as opposed to a wrong result.
    process.exitCode = error.code === 'no-adapter' ? 3 : 1
  } else if (error instanceof Interrupted) {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 130
  } else if (error instanceof Error && error.name === 'CLIError') {
    process.stderr.write(`${error.message}\nvidemo COMMAND --help says more.\n`)
    process.exitCode = 2
  } else {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    process.exitCode = 1
  }
}
