import type { TrackReading } from './reading.ts'

/** Means over the last few updates and closed questions; what was not measured is absent. */
export interface MeanFigures {
  /** From an update's first pass to its first token, ms. */
  readonly firstTokenMs?: number
  readonly tokensPerS?: number
  /** Tokens of answers over passes of the language model. */
  readonly tokensPerPass?: number
  /** Share of the draft tokens that were right. */
  readonly acceptedShare?: number
  readonly prefillTokensPerS?: number
  /** Of a closed question. */
  readonly probeMs?: number
  readonly visionMsPerPair?: number
}

/** What the last updates of a track cost, on average. */
export function meanFigures({ costs, probesMs }: Pick<TrackReading, 'costs' | 'probesMs'>): MeanFigures {
  const sum = (name: keyof (typeof costs)[number]) => costs.reduce((total, each) => total + each[name], 0)
  const ratio = <Name extends keyof MeanFigures>(name: Name, part: number, whole: number) =>
    whole > 0 ? { [name]: part / whole } : {}
  const rate = <Name extends keyof MeanFigures>(name: Name, count: number, ms: number) =>
    count > 0 ? ratio(name, count * 1000, ms) : {}
  return {
    ...ratio('firstTokenMs', sum('firstTokenMs'), costs.length),
    ...rate('tokensPerS', sum('answerTokens'), sum('decodeMs')),
    ...rate('prefillTokensPerS', sum('prefillTokens'), sum('prefillMs')),
    ...ratio('tokensPerPass', sum('answerTokens'), sum('passes')),
    ...ratio('acceptedShare', sum('accepted'), sum('drafted')),
    ...ratio(
      'probeMs',
      probesMs.reduce((total, ms) => total + ms, 0),
      probesMs.length,
    ),
    ...ratio('visionMsPerPair', sum('visionMs'), sum('visionPairs')),
  }
}
