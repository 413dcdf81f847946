import {
  formatBytes,
  formatDecimal,
  formatMs,
  formatPercent,
  formatRate,
  formatSeconds,
  formatWhole,
} from './format.ts'
import type { RunFigures } from './session/session-state.ts'
import { figureWords } from './words/figures.ts'

/** Frames are encoded in pairs. */
const framesPerPair = 2

/** The figures of a run, as far as they are known, in the order in which they arise. */
export function figureRows(figures: RunFigures): readonly { readonly term: string; readonly value: string }[] {
  const { firstTokenMs, tokensPerS, prefillTokensPerS, visionMsPerPair, updatePeriodS, passedOver, device } = figures
  const { tokensPerPass, acceptedShare, probeMs } = figures
  const words = figureWords
  const rows = [
    [words.vision, visionMsPerPair, (ms: number) => words.perPair(formatMs(ms))],
    [words.prefill, prefillTokensPerS, formatRate],
    [words.probe, probeMs, (ms: number) => words.perProbe(formatMs(ms))],
    [words.firstToken, firstTokenMs, formatMs],
    [words.decode, tokensPerS, formatRate],
    [words.tokensPerPass, tokensPerPass, formatDecimal],
    [words.draftAcceptance, acceptedShare, formatPercent],
    [words.update, updatePeriodS, formatSeconds],
    [words.framesSkipped, passedOver, (pairs: number) => formatWhole(pairs * framesPerPair)],
    [words.gpuMemory, device?.bytes, formatBytes],
    [words.gpuBuffers, device?.buffers, formatWhole],
  ] as const
  return rows.map(([term, value, show]) => ({ term, value: value === undefined ? words.notMeasured : show(value) }))
}
