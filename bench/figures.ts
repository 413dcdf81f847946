import { type Spread, spreadOf } from './spread.ts'

/** What one update cost, from frames to the last token. */
export interface UpdateFigures {
  readonly periodMs: number
  /** From the frames to the first token. */
  readonly firstTokenMs: number
  readonly visionMs: number
  /** Tokens of video and question that the language model went through, and what that took. */
  readonly prefillTokens: number
  readonly prefillMs: number
  /** Of the answer. */
  readonly tokens: number
  /** All tokens after the first. */
  readonly decodeMs: number
  /** Passes of the language model for the answer, that over the question included. */
  readonly passes: number
}

/** One probe and one plain pass over the same tokens, ms. */
export interface ProbePair {
  readonly probeMs: number
  readonly bareMs: number
}

/** Both sides, once in turn. */
export interface Alternation {
  /** One update: each costs the same. */
  readonly stock: UpdateFigures
  /** One update without drafts: for the speed of decoding. */
  readonly plain: UpdateFigures
  /** As many as a full window moves on by, with the previous answer as the draft: one of them moves it. */
  readonly ours: readonly UpdateFigures[]
  readonly probes: readonly ProbePair[]
}

/** One side's speed. */
export interface SideFigures {
  readonly periodMs: Spread
  readonly firstTokenMs: Spread
  /** Of all frames that an update encodes. */
  readonly visionMs: Spread
  readonly prefillTokensPerS: Spread
  readonly decodeTokensPerS: Spread
  /** Tokens of an answer over the passes that made them. */
  readonly tokensPerPass: Spread
}

/** Ours over stock transformers.js, and a probe over a bare pass: one ratio an alternation. */
export interface SideRatios {
  readonly liveUpdate: Spread
  /** The same without drafts. */
  readonly plainUpdate: Spread
  readonly firstToken: Spread
  /** Without drafts. */
  readonly decode: Spread
  readonly probeOverBarePass: Spread
}

export interface SideBySide {
  readonly stock: SideFigures
  readonly plain: SideFigures
  readonly ours: SideFigures
  readonly probeMs: Spread
  /** A probe over one token decoded without drafts in the same alternation. */
  readonly probeInSteps: Spread
  readonly ratios: SideRatios
}

/** Throws RangeError without alternations. */
export function compareSides(alternations: readonly Alternation[]): SideBySide {
  const each = (of: (alternation: Alternation) => number) => spreadOf(alternations.map(of))
  const side = (of: (alternation: Alternation) => readonly UpdateFigures[]): SideFigures => ({
    periodMs: each((one) => mean(of(one), 'periodMs')),
    firstTokenMs: each((one) => mean(of(one), 'firstTokenMs')),
    visionMs: each((one) => mean(of(one), 'visionMs')),
    prefillTokensPerS: each((one) => (sum(of(one), 'prefillTokens') / sum(of(one), 'prefillMs')) * 1000),
    decodeTokensPerS: each((one) => decodeRate(of(one))),
    tokensPerPass: each((one) => sum(of(one), 'tokens') / sum(of(one), 'passes')),
  })
  return {
    stock: side(({ stock }) => [stock]),
    plain: side(({ plain }) => [plain]),
    ours: side(({ ours }) => ours),
    probeMs: each(({ probes }) => probeMs(probes)),
    probeInSteps: each(({ probes, plain }) => (probeMs(probes) * decodeRate([plain])) / 1000),
    ratios: {
      liveUpdate: each(({ stock, ours }) => stock.periodMs / mean(ours, 'periodMs')),
      plainUpdate: each(({ stock, plain }) => stock.periodMs / plain.periodMs),
      firstToken: each(({ stock, ours }) => stock.firstTokenMs / mean(ours, 'firstTokenMs')),
      decode: each(({ stock, plain }) => decodeRate([plain]) / decodeRate([stock])),
      probeOverBarePass: each(({ probes }) => probeMs(probes) / spreadOf(probes.map(({ bareMs }) => bareMs)).median),
    },
  }
}

/** Tokens a second after the first of each answer. */
export function decodeRate(updates: readonly UpdateFigures[]): number {
  return ((sum(updates, 'tokens') - updates.length) / sum(updates, 'decodeMs')) * 1000
}

export function mean(updates: readonly UpdateFigures[], key: keyof UpdateFigures): number {
  return sum(updates, key) / updates.length
}

function sum(updates: readonly UpdateFigures[], key: keyof UpdateFigures): number {
  return updates.reduce((total, update) => total + update[key], 0)
}

function probeMs(probes: readonly ProbePair[]): number {
  return spreadOf(probes.map((each) => each.probeMs)).median
}
