import type { WireError } from '../src/base/errors.ts'
import type { DawnReport } from './dawn.ts'
import type { CasesOutcome } from './dawn-cases.ts'
import type { Row } from './report.ts'
import type { Spread } from './spread.ts'
import { markdownTable } from './text.ts'

/** What a packed folder's `run.sh` prints. */
export interface PackedReport {
  readonly kind: 'packed'
  readonly cases?: CasesOutcome
  /** One entry a dtype: figures, or why there are none. */
  readonly speed: (DawnReport | FailedSpeed)[]
}

interface FailedSpeed {
  readonly dtype: string
  readonly error: WireError
}

/** The report as a section of docs/benchmarks.md. */
export function packedMarkdown({ cases, speed }: PackedReport): string {
  const parts: string[] = []
  if (cases) parts.push(...caseText(cases))
  const measured = speed.filter((each): each is DawnReport => 'adapter' in each)
  if (measured.length > 0) parts.push(...speedText(measured))
  for (const each of speed) if ('error' in each) parts.push(`${each.dtype}: ${each.error.message}`)
  return parts.join('\n\n')
}

function caseText({ devices, cases, error }: CasesOutcome): string[] {
  const kernels = devices.map(({ adapter, compute, features, recordsSteps, report }) => ({
    title: compute,
    cells: [
      adapter,
      features.filter((name) => name !== 'core-features-and-limits').join(', '),
      `${report.verdict}, ${report.maxError.toExponential(1)}`,
      recordsSteps ? 'recorded' : 'not recorded',
    ],
  }))
  const rows = cases.map((each): Row => {
    if ('error' in each) return { title: `${each.title}, ${each.dtype}`, cells: [each.error.message, '', '', '', ''] }
    const { comparison, live, ok } = each
    const { videoFeatures, firstLogits, turns, growing, penalized } = comparison
    const answers = [...turns, ...growing, ...penalized]
    return {
      title: `${each.title}, ${each.dtype}`,
      cells: [
        `${videoFeatures.maxAbs.toExponential(1)} (${videoFeatures.cosine.toFixed(6)})`,
        `${Math.max(...firstLogits.map(({ maxAbs }) => maxAbs)).toExponential(1)} (${Math.min(...firstLogits.map(({ cosine }) => cosine)).toFixed(6)})`,
        `${answers.filter(({ matched, of }) => matched === of).length} of ${answers.length}`,
        live ? `${live.equal} of ${live.of}` : '-',
        ok ? 'yes' : 'no',
      ],
    }
  })
  const head = [
    'case',
    'features, largest difference (cosine)',
    'logits (lowest cosine)',
    'answers equal',
    'live window equal to recomputation',
    'within tolerance',
  ]
  return [
    markdownTable({ head: ['kernels', 'adapter', 'features', 'verdict, largest error', 'steps'], rows: kernels }),
    'Each case is held against the same stored weights, decoded, in float32 on the processor:',
    markdownTable({ head, rows }),
    ...(error ? [`Not finished: ${error.message}`] : []),
  ]
}

function speedText(reports: readonly DawnReport[]): string[] {
  const [{ adapter, plan, size, parameters, node }] = reports
  const row = (title: string, of: (report: DawnReport) => string): Row => ({ title, cells: reports.map(of) })
  const spread = (title: string, of: (report: DawnReport) => Spread, digits = 0): Row =>
    row(title, (report) => spreadText(of(report), digits))
  const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(2)
  const rows = [
    row('from files to sessions, s', ({ loadSeconds }) => loadSeconds.toFixed(1)),
    spread('vision, ms a pair', ({ visionMsPerPair }) => visionMsPerPair),
    spread('prefill of a window, tokens/s', ({ prefillTokensPerS }) => prefillTokensPerS),
    spread('update without drafts, ms', ({ updatePeriodMs }) => updatePeriodMs),
    spread('update, three tokens a pass, ms', ({ draftedUpdatePeriodMs }) => draftedUpdatePeriodMs),
    spread('probe of 7 options, ms', ({ probeMs }) => probeMs),
    spread('decode in an update, tokens/s', ({ decodeTokensPerS }) => decodeTokensPerS, 1),
    row('GB a token', ({ bytesPerToken }) => gigabytes(bytesPerToken)),
    row('GB/s read by a shader', ({ readBytesPerS }) => (readBytesPerS / 1e9).toFixed(0)),
    row('share of that while decoding', ({ bandwidthShare }) => percent(bandwidthShare)),
    row('GB on the GPU', ({ gpuBytes }) => gigabytes(gpuBytes)),
  ]
  const [first] = reports
  for (const [index, { context }] of (first.costs?.contexts ?? []).entries()) {
    const at = ({ costs }: DawnReport) => costs?.contexts[index]
    rows.push(
      row(`decode at ${context} tokens, tokens/s (share)`, (report) => {
        const found = at(report)
        return found ? `${found.decodeTokensPerS.toFixed(1)} (${percent(found.bandwidthShare)})` : '-'
      }),
      row(`host, ms a token at ${context}`, (report) => at(report)?.hostMsPerToken.toFixed(1) ?? '-'),
    )
  }
  rows.push(row('dispatches a token', ({ costs }) => String(costs?.contexts[0].dispatchesPerToken ?? '-')))
  for (const [index, { rows: count }] of (first.costs?.rows ?? []).entries()) {
    rows.push(row(`pass of ${count} rows, ms`, ({ costs }) => costs?.rows[index].ms.median.toFixed(1) ?? '-'))
  }
  for (const [index, { piece }] of (first.costs?.pieces ?? []).entries()) {
    rows.push(
      row(`prefill in pieces of ${piece}, tokens/s`, ({ costs }) => {
        return costs?.pieces[index].prefillTokensPerS.toFixed(0) ?? '-'
      }),
    )
  }
  return [
    `${size} model (made-up weights, ${(parameters / 1e9).toFixed(2)} G parameters), frames of ${plan.width}x${plan.height}, windows of ${plan.windowFrames} frames, ${plan.tokens} tokens an answer; ${adapter}, Dawn in Node ${node}.`,
    markdownTable({ head: ['median (min to max)', ...reports.map((each) => each.plan.dtype)], rows }),
  ]
}

function spreadText({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
