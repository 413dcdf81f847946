import { defineCommand } from 'citty'
import { dtypes } from '../src/manifest/manifest.ts'
import { oneOf } from './options.ts'
import { type LiveParityReport, liveParity } from './parity/live.ts'
import { parity } from './parity/parity.ts'
import {
  type Closeness,
  type Comparison,
  executionProviders,
  type ParityReport,
  type TokenMatch,
} from './parity/report.ts'
import { weightArgs, weightOptions } from './weight-options.ts'

export const parityCommand = defineCommand({
  meta: { name: 'parity', description: 'Builds a checkpoint, runs one reference case and compares the numbers.' },
  args: {
    checkpoint: { type: 'string', required: true, description: 'Folder of a Qwen2.5-VL checkpoint' },
    case: { type: 'string', required: true, description: 'Folder of a reference case' },
    dtype: { type: 'string', default: 'fp32', description: dtypes.join(', ') },
    ep: { type: 'string', default: 'cpu', description: executionProviders.join(', ') },
    ...weightArgs,
    'forbid-cpu-fallback': { type: 'boolean', default: false, description: 'Fail if a node is not placed on the GPU' },
    'turns-only': {
      type: 'boolean',
      default: false,
      description: 'Leave out the answers to growing windows and under a penalty: a third of the work',
    },
    live: {
      type: 'boolean',
      default: false,
      description: 'Compare the live window (appends, rollbacks, hop, two windows) with recomputation',
    },
    json: { type: 'boolean', default: false, description: 'Print the report as one JSON object' },
  },
  async run({ args }) {
    const build = weightOptions(args)
    if (args.live) {
      const live = await liveParity({
        checkpoint: args.checkpoint,
        case: args.case,
        dtype: oneOf('--dtype', args.dtype, dtypes),
        ep: oneOf('--ep', args.ep, executionProviders),
        build,
      })
      process.stdout.write(args.json ? `${JSON.stringify(live)}\n` : describeLive(live))
      if (!live.ok) process.exitCode = 1
      return
    }
    const report = await parity({
      checkpoint: args.checkpoint,
      case: args.case,
      dtype: oneOf('--dtype', args.dtype, dtypes),
      ep: oneOf('--ep', args.ep, executionProviders),
      build,
      forbidCpuFallback: args['forbid-cpu-fallback'],
      turnsOnly: args['turns-only'],
    })
    process.stdout.write(args.json ? `${JSON.stringify(report)}\n` : describe(report))
    if (!report.ok) process.exitCode = 1
  },
})

function describe(report: ParityReport): string {
  const { pixelValues } = report
  const share = (pixelValues.equalShare * 100).toFixed(3)
  const lines = [
    `${report.case}, ${report.dtype} on ${report.ep} (${report.adapter})`,
    `  pixel values   ${share} % equal, at most ${pixelValues.maxLevels} levels apart`,
    `  input_ids      ${report.inputIds}`,
    `  position_ids   ${report.positionIds}`,
  ]
  if (report.against === 'golden') lines.push('  against the golden', ...describeComparison(report))
  else {
    lines.push('  against the same weights decoded, in float32', ...describeComparison(report.dequantized))
    lines.push('  against the golden', ...describeComparison(report.golden))
  }
  lines.push(report.ok ? '  within tolerance' : '  NOT within tolerance')
  return `${lines.join('\n')}\n`
}

function describeLive({ matches, ...report }: LiveParityReport): string {
  const lines = matches.map(
    ({ against, name, ...match }) => `  ${against.padEnd(14)} ${name.padEnd(32)} ${tokens(match)}`,
  )
  const head = `${report.case}, live window in ${report.dtype} on ${report.ep} (${report.adapter})`
  const equal = matches.filter(({ matched, of }) => matched === of).length
  const verdict = `  ${equal} of ${matches.length} answers equal, token for token`
  const tail = report.ok ? [verdict] : [verdict, '  NOT equal']
  return `${[head, ...lines, ...tail].join('\n')}\n`
}

function tokens({ matched, of, nearTieAt }: TokenMatch): string {
  return `${matched}/${of}${nearTieAt === null ? '' : ` (near tie at ${nearTieAt})`}`
}

function describeComparison({ videoFeatures, firstLogits, turns, growing, penalized }: Comparison): string[] {
  const closeness = ({ maxAbs, cosine, notFinite }: Closeness) =>
    `max ${maxAbs.toExponential(2)}, cosine ${cosine.toFixed(6)}${notFinite ? `, ${notFinite} NOT FINITE` : ''}`
  return [
    `    video features ${closeness(videoFeatures)}`,
    ...firstLogits.map((each, turn) => `    first logits ${turn} ${closeness(each)}`),
    `    tokens, turns  ${turns.map(tokens).join(', ')}`,
    `    growing window ${growing.map(tokens).join(', ')}`,
    ...(penalized.length ? [`    with penalty   ${penalized.map(tokens).join(', ')}`] : []),
  ]
}
