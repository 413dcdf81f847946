import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { defineCommand } from 'citty'
import { CLIError, countOption, oneOf } from './options.ts'
import { type BrowserReport, scoreInChromium } from './score/chromium.ts'
import { faults } from './score/faults.ts'
import { parseGivenAnswers } from './score/given-answers.ts'
import { type ScoreReport, score } from './score/score.ts'

const providers = ['cpu', 'chromium'] as const
const scoredPresets = ['reasoning', 'choices'] as const

export const scoreCommand = defineCommand({
  meta: {
    name: 'score',
    description: 'Reads drawn clips with a bundle and holds the readings against what was drawn.',
  },
  args: {
    seed: { type: 'string', default: '1', description: 'Which clips; not those of the training data' },
    count: { type: 'string', description: 'Number of clips (500; 10 in Chromium)' },
    bundle: { type: 'string', default: 'public/models/videmo-tiny', description: 'Folder of a bundle' },
    preset: { type: 'string', default: 'reasoning', description: `What is asked: ${scoredPresets.join(', ')}` },
    provider: {
      type: 'string',
      default: 'cpu',
      description: 'cpu, or chromium: compare its tokens on WebGPU with those of cpu',
    },
    answers: { type: 'string', description: "File with another engine's answers to score instead" },
    fault: { type: 'string', default: 'none', description: `Mistake to put in: ${faults.join(', ')}` },
    'face-height': {
      type: 'string',
      description: 'Compose the faces into frames of 1280x720, so many pixels high, and read them in the face view',
    },
    'max-tokens': { type: 'string', default: '160', description: 'Tokens of an answer at most' },
    jobs: { type: 'string', description: 'Threads (default: one per core)' },
    json: { type: 'boolean', default: false, description: 'Print the report as one JSON object' },
  },
  async run({ args }) {
    const provider = oneOf('--provider', args.provider, providers)
    const options = {
      seed: countOption('--seed', args.seed, 0) ?? 1,
      count: countOption('--count', args.count, 1) ?? (provider === 'cpu' ? 500 : 10),
      bundle: args.bundle,
      preset: oneOf('--preset', args.preset, scoredPresets),
      maxTokens: countOption('--max-tokens', args['max-tokens'], 1) ?? 160,
    }
    const fault = oneOf('--fault', args.fault, faults)
    if (provider === 'chromium') {
      if (fault !== 'none' || args.answers !== undefined || args['face-height'] !== undefined) {
        throw new CLIError('--fault, --answers and --face-height go with --provider cpu only.')
      }
      const report = await scoreInChromium({ ...options, onProgress: progressOf(options.count) })
      process.stdout.write(args.json ? `${JSON.stringify(report)}\n` : describeTokens(report))
      if (!report.agree) process.exitCode = 1
      return
    }
    const report = await score({
      ...options,
      fault,
      facePx: countOption('--face-height', args['face-height'], 16),
      jobs: countOption('--jobs', args.jobs, 1) ?? availableParallelism(),
      ...(args.answers === undefined
        ? {}
        : { given: parseGivenAnswers(args.answers, await readAnswers(args.answers)) }),
      onProgress: progressOf(options.count),
    })
    process.stdout.write(args.json ? `${JSON.stringify(report)}\n` : describe(report))
  },
})

async function readAnswers(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new CLIError(`--answers ${file}: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}

/** A line every ten seconds. */
function progressOf(count: number): (done: number) => void {
  const started = performance.now()
  let said = started
  return (done) => {
    const now = performance.now()
    if (now - said < 10_000 && done < count) return
    said = now
    const perClipS = (now - started) / 1000 / done
    const left = Math.round(perClipS * (count - done))
    process.stderr.write(`${done} of ${count} clips, ${perClipS.toFixed(2)} s each, ${left} s left\n`)
  }
}

function describe(report: ScoreReport): string {
  const { attributes, actionUnits, motion, emotion, tree } = report
  const percent = (share?: number | null) => (typeof share === 'number' ? `${(100 * share).toFixed(1)} %` : 'not asked')
  const perUnit = Object.entries(actionUnits.perUnit).map(([unit, share]) => `${unit} ${percent(share)}`)
  const lines = [
    `${report.bundle}, ${report.count} clips of seed ${report.seed}, ${report.preset}${report.fault === 'none' ? '' : `, with wrong ${report.fault}`}${report.facePx === null ? '' : `, faces ${report.facePx} px high in 1280x720, cropped`}`,
    `  attributes, micro-F1           ${percent(attributes.microF1)}`,
    `  action units, micro-F1         ${percent(actionUnits.microF1)} (${perUnit.join(', ')})`,
    `  motion, accuracy               ${percent(motion?.accuracy)}`,
    `    with shuffled frames         ${percent(motion?.shuffledAccuracy)}`,
    `    any of nine motions          ${percent(motion?.accuracyOfMoving)}`,
    `  emotion, accuracy              ${percent(emotion.accuracy)}`,
    `  tree, mean exp(-0.1 TED)       ${percent(tree?.similarity)}`,
    `    mean exp(-TED)               ${percent(tree?.exact)}`,
  ]
  return `${lines.join('\n')}\n`
}

function describeTokens({ bundle, adapter, clips, equal, of, agree }: BrowserReport): string {
  const differences = clips.flatMap(({ clip, stages }) =>
    stages.flatMap(({ stage, matched, of: tokens, shortfall }) =>
      shortfall === undefined
        ? []
        : [
            `  clip ${clip}, ${stage}: ${matched} of ${tokens}, then short of the best by ${shortfall.toExponential(1)}`,
          ],
    ),
  )
  const verdict = agree ? 'equal up to near ties' : 'NOT equal'
  return `${[`${bundle} in Chromium on ${adapter}`, ...differences, `  ${equal} of ${of} tokens as on the processor, ${verdict}`].join('\n')}\n`
}
