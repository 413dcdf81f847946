import { defineCommand, renderUsage, runCommand } from 'citty'
import { VidemoError } from '../src/errors.ts'
import { analyzeCommand } from './analyze-command.ts'
import { buildCommand } from './build-command.ts'
import { calibrateCommand } from './calibrate-command.ts'
import { drawCommand } from './draw-command.ts'
import { Interrupted } from './options.ts'
import { parityCommand } from './parity-command.ts'
import { scoreCommand } from './score-command.ts'

const main = defineCommand({
  meta: { name: 'videmo', description: 'Builds and checks VidEmo bundles for the web, and reads videos with them.' },
  subCommands: {
    build: buildCommand,
    parity: parityCommand,
    analyze: analyzeCommand,
    draw: drawCommand,
    score: scoreCommand,
    calibrate: calibrateCommand,
  },
})

async function usage([name]: readonly string[]): Promise<string> {
  if (name === 'build') return renderUsage(buildCommand)
  if (name === 'parity') return renderUsage(parityCommand)
  if (name === 'analyze') return renderUsage(analyzeCommand)
  if (name === 'draw') return renderUsage(drawCommand)
  if (name === 'score') return renderUsage(scoreCommand)
  if (name === 'calibrate') return renderUsage(calibrateCommand)
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
