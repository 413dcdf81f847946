import type { DraftedFigures } from './drafted.ts'
import type { Alternation, SideBySide } from './figures.ts'
import type { LongTasks } from './long-tasks.ts'
import type { BenchPlan } from './plan.ts'
import type { Size } from './sizes.ts'
import type { Spread } from './spread.ts'

/** What `npm run bench` found in a browser; parts that were not asked for are not there. */
export interface BenchReport {
  readonly kind: 'bench'
  readonly command: string
  readonly size: Size
  readonly adapter: string
  readonly machine: string
  readonly versions: {
    readonly chromium: string
    readonly transformersJs: string
    readonly onnxruntimeWeb: string
    readonly node: string
  }
  readonly plan: BenchPlan
  readonly parameters: number
  /** Medians. */
  readonly ratios: BenchRatios
  readonly sides?: SideBySide & {
    readonly promptTokens: number
    readonly alternations: readonly Alternation[]
  }
  readonly drafted?: DraftedFigures & { readonly bundle: string; readonly isTrained: boolean }
  readonly longTasks?: LongTasks
  readonly gpu?: GpuReport
}

export interface BenchRatios {
  readonly liveUpdate?: number
  readonly decode?: number
  readonly tokensPerPass?: number
  readonly probeOverBarePass?: number
  /** Of so many updates as were asked for, over 5. */
  readonly gpuBytes500Over5?: number
}

/** What our device held after some updates. */
export interface GpuReport {
  readonly counts: readonly number[]
  readonly bytes: readonly number[]
  readonly buffers: readonly number[]
}

export function ratiosOf({ sides, drafted, gpu }: Pick<BenchReport, 'sides' | 'drafted' | 'gpu'>): BenchRatios {
  const [after5, ...later] = gpu?.bytes ?? []
  return {
    ...(sides
      ? {
          liveUpdate: sides.ratios.liveUpdate.median,
          decode: sides.ratios.decode.median,
          probeOverBarePass: sides.ratios.probeOverBarePass.median,
        }
      : {}),
    ...(drafted ? { tokensPerPass: drafted.tokensPerVerifiedPass.median } : {}),
    ...(after5 === undefined ? {} : { gpuBytes500Over5: later[later.length - 1] / after5 }),
  }
}

/** One line of a table: a title, and what each column says. */
export interface Row {
  readonly title: string
  readonly cells: readonly string[]
}

const sideColumns = ['stock transformers.js', 'ours', 'ours without drafts'] as const

/** The report as tables: for the terminal, for the page with plots, and for docs/benchmarks.md. */
export function tablesOf(report: BenchReport): readonly { readonly head: readonly string[]; readonly rows: Row[] }[] {
  const { sides, drafted, longTasks, gpu } = report
  const tables: { readonly head: readonly string[]; readonly rows: Row[] }[] = []
  if (sides) {
    const row = (title: string, of: (side: SideBySide['ours']) => Spread, show: (value: number) => string): Row => ({
      title,
      cells: [sides.stock, sides.ours, sides.plain].map((side) => spreadText(of(side), show)),
    })
    tables.push({
      head: ['median (min to max)', ...sideColumns],
      rows: [
        row('update period, s', (side) => side.periodMs, seconds),
        row('to the first token, s', (side) => side.firstTokenMs, seconds),
        row('vision an update, s', (side) => side.visionMs, seconds),
        row('prefill, tokens/s', (side) => side.prefillTokensPerS, plain),
        row('decode, tokens/s', (side) => side.decodeTokensPerS, plain),
        row('tokens a pass', (side) => side.tokensPerPass, plain),
      ],
    })
    const ratio = (title: string, spread: Spread): Row => ({ title, cells: [spreadText(spread, twoPlaces)] })
    tables.push({
      head: ['ratio', 'median (min to max)'],
      rows: [
        ratio('live update, stock over ours', sides.ratios.liveUpdate),
        ratio('the same, ours without drafts', sides.ratios.plainUpdate),
        ratio('time to the first token, stock over ours', sides.ratios.firstToken),
        ratio('decode tokens/s, ours without drafts over stock', sides.ratios.decode),
        ratio('probe of 7 options over a bare pass', sides.ratios.probeOverBarePass),
        ratio('the same probe, in decode steps', sides.probeInSteps),
      ],
    })
  }
  if (drafted) {
    tables.push({
      head: ['drafts', 'median (min to max), one value a clip'],
      rows: [
        { title: 'tokens a verified pass', cells: [spreadText(drafted.tokensPerVerifiedPass, twoPlaces)] },
        { title: 'tokens a pass, all passes', cells: [spreadText(drafted.tokensPerPass, twoPlaces)] },
        { title: 'decode time without drafts over with', cells: [spreadText(drafted.decodeSpeedup, twoPlaces)] },
        { title: 'tokens equal to those without drafts', cells: [`${drafted.equalTokens} of ${drafted.tokens}`] },
      ],
    })
  }
  if (longTasks) {
    const { loading, reading, live } = longTasks
    tables.push({
      head: ['page', 'seconds', 'long tasks (over 50 ms)', 'longest, ms'],
      rows: [
        { title: 'loading', cells: taskCells(loading) },
        { title: 'making the model ready and reading a clip', cells: taskCells(reading) },
        { title: 'watching the drawn face', cells: taskCells(live) },
      ],
    })
  }
  if (gpu) {
    tables.push({
      head: ['GPU after updates', 'bytes', 'buffers'],
      rows: gpu.counts.map((count, index) => ({
        title: String(count),
        cells: [String(gpu.bytes[index]), String(gpu.buffers[index])],
      })),
    })
  }
  return tables
}

/** One line that says of what the numbers are. */
export function aboutOf({ size, adapter, machine, versions, plan, parameters, sides, drafted }: BenchReport): string {
  const { chromium, transformersJs, onnxruntimeWeb } = versions
  const facts = [
    `${size} model (${(parameters / 1e6).toFixed(1)} M parameters, ${plan.dtype}), frames of ${plan.width}x${plan.height}`,
    ...(sides
      ? [
          `windows of ${plan.windowFrames} frames moving on by ${plan.hopFrames}, ${sides.promptTokens} tokens of prompt and ${plan.tokens} of answer, ${sides.alternations.length} alternations`,
        ]
      : []),
    ...(drafted
      ? [`drafts on ${drafted.clips} drawn clips with ${drafted.bundle}${drafted.isTrained ? '' : ' (random weights)'}`]
      : []),
    `adapter ${adapter}`,
    machine,
    `Chromium ${chromium}, transformers.js ${transformersJs}, ONNX Runtime Web ${onnxruntimeWeb}`,
  ]
  return `${facts.join('; ')}.`
}

function taskCells({ seconds: lasted, count, longestMs }: LongTasks['reading']): string[] {
  return [plain(lasted), String(count), count === 0 ? '-' : longestMs.toFixed(0)]
}

function spreadText({ median, min, max }: Spread, show: (value: number) => string): string {
  return `${show(median)} (${show(min)} to ${show(max)})`
}

function seconds(ms: number): string {
  return plain(ms / 1000)
}

/** Three digits, or more where they come before the point. */
function plain(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

function twoPlaces(value: number): string {
  return value.toFixed(2)
}
