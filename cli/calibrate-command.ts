import { writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { defineCommand } from 'citty'
import { type CalibrationReport, calibrate, writeCalibration } from './calibrate/calibrate.ts'
import { reliabilityDiagram } from './calibrate/reliability-diagram.ts'
import { countOption } from './options.ts'
import { requireOutFile } from './out-folder.ts'

export const calibrateCommand = defineCommand({
  meta: {
    name: 'calibrate',
    description: 'Asks a bundle closed questions about drawn clips, and fits the temperatures of its probabilities.',
  },
  args: {
    bundle: { type: 'string', default: 'public/models/videmo-tiny', description: 'Folder of a bundle' },
    seed: {
      type: 'string',
      default: '2',
      description: 'Which clips; not those of the training data, nor those of score',
    },
    count: { type: 'string', default: '200', description: 'Number of clips' },
    write: { type: 'boolean', default: false, description: "Put the temperatures into the bundle's manifest" },
    out: { type: 'string', description: 'File for the reliability diagrams, as SVG' },
    jobs: { type: 'string', description: 'Threads (default: one per core)' },
    json: { type: 'boolean', default: false, description: 'Print the report as one JSON object' },
  },
  async run({ args }) {
    const count = countOption('--count', args.count, 2) ?? 200
    if (args.out !== undefined) await requireOutFile(args.out)
    const report = await calibrate({
      seed: countOption('--seed', args.seed, 0) ?? 2,
      count,
      bundle: args.bundle,
      jobs: countOption('--jobs', args.jobs, 1) ?? availableParallelism(),
      onProgress: progressOf(count),
    })
    if (args.write) await writeCalibration(report)
    if (args.out !== undefined) await writeFile(args.out, reliabilityDiagram(report))
    process.stdout.write(args.json ? `${JSON.stringify(report)}\n` : describe(report))
  },
})

/** A line every ten seconds. */
function progressOf(count: number): (done: number) => void {
  let said = performance.now()
  return (done) => {
    const now = performance.now()
    if (now - said < 10_000) return
    said = now
    process.stderr.write(`${done} of ${count} clips\n`)
  }
}

function describe({ bundle, count, seed, kinds, passes, probeMs, bareMs }: CalibrationReport): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`.padStart(8)
  const lines = [
    `${bundle}, ${count} clips of seed ${seed}; after: each half at the temperature that fits the other`,
    '                          accuracy  ECE before   after  NLL before  after  temperature',
  ]
  for (const [kind, { given, both, orderBias }] of Object.entries(kinds)) {
    for (const [orders, figures] of [
      ['given order', given],
      ['both orders', both],
    ] as const) {
      const { accuracy, before, after, temperature } = figures
      lines.push(
        `  ${`${kind}, ${orders}`.padEnd(24)}${percent(accuracy)}    ${percent(before.ece)}${percent(after.ece)}` +
          `    ${before.nll.toFixed(3).padStart(8)}${after.nll.toFixed(3).padStart(7)}${temperature.toFixed(2).padStart(13)}`,
      )
    }
    const { distance, changed, firstOverLast } = orderBias
    lines.push(
      `    the order moves ${percent(distance).trim()} of the probability and changes ${percent(changed).trim()} of the answers; ` +
        `the first letter gets ${percent(firstOverLast).trim()} more than the last`,
    )
  }
  lines.push(
    `Passes about a window: ${passes.given} in the given order, ${passes.both} in both.`,
    `The emotion's question: ${probeMs.toFixed(1)} ms; a plain pass of its tokens: ${bareMs.toFixed(1)} ms (medians, one thread).`,
  )
  return `${lines.join('\n')}\n`
}
