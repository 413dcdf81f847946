import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildBundle } from '../../src/build/build.ts'
import type { Dtype } from '../../src/manifest/manifest.ts'
import { DirectoryFiles } from '../directory-files.ts'
import { DirectorySink } from '../directory-sink.ts'
import type { WeightOptions } from '../weight-options.ts'
import { prepareCase } from './case-recipe.ts'
import { compareTokens, tokensAgree } from './compare.ts'
import type { DraftKind, LiveComparison } from './live-replay.ts'
import { readReferenceCase } from './reference-case.ts'
import type { ExecutionProvider, TokenMatch } from './report.ts'
import { runReplay } from './runners.ts'

export interface LiveParityOptions {
  readonly checkpoint: string
  readonly case: string
  readonly dtype: Dtype
  readonly ep: ExecutionProvider
  readonly build?: WeightOptions
  /** What every id is penalised by, a run for each (default: nothing in the first of two). */
  readonly repetitionPenalties?: readonly number[]
  /** What answers are drafted from, a run for each (default: without drafts). */
  readonly drafts?: readonly DraftKind[]
  /** Margin below which a step of a recomputed answer may differ (default: that of other arithmetic). */
  readonly nearTie?: number
  /** On WebGPU: record steps of decoding and play them again. */
  readonly graphCapture?: boolean
}

export interface LiveMatch extends TokenMatch {
  readonly name: string
  readonly against: 'recomputation' | 'golden'
  readonly figures: LiveComparison['figures']
}

export interface LiveParityReport {
  readonly case: string
  readonly ep: ExecutionProvider
  readonly adapter: string
  readonly dtype: Dtype
  readonly matches: readonly LiveMatch[]
  readonly ok: boolean
}

const everyPenalty = [1, 1.3]

/**
 * Runs a reference case through the live window (appends, branches, rollbacks, recalled answers, a hop, two interleaved
 * windows), from drafts of every kind that is asked for, and compares every answer with its recomputation from scratch,
 * token by token; in float32 the growing window and the turns also with the golden.
 */
export async function liveParity(options: LiveParityOptions): Promise<LiveParityReport> {
  const folder = await mkdtemp(join(tmpdir(), 'videmo-live-'))
  const files = new DirectoryFiles(options.checkpoint)
  try {
    const reference = await readReferenceCase(options.case)
    const bundle = join(folder, 'bundle')
    await buildBundle(files, await DirectorySink.open(bundle), { ...options.build, dtype: options.dtype })
    const { pixelValues, request } = await prepareCase(bundle, reference)
    const { turns, growing } = reference.golden
    const { question } = turns[1] ?? turns[0]
    const { adapter, result } = await runReplay(options.ep, {
      bundle,
      pixelValues,
      ...(options.graphCapture ? { graphCapture: true } : {}),
      request: {
        ...request,
        prompts: [],
        live: {
          turns: turns.map((turn) => ({ question: turn.question, steps: turn.tokens.length })),
          growing: { question, steps: Math.max(...growing.map(({ tokens }) => tokens.length)) },
          repetitionPenalties: options.repetitionPenalties ?? everyPenalty,
          ...(options.drafts ? { drafts: options.drafts } : {}),
        },
      },
    })
    const live = result.live ?? []
    const matches: LiveMatch[] = live.map((each) => ({
      name: each.name,
      against: 'recomputation',
      figures: each.figures,
      ...compareTokens(each.live, each.recomputed, each.margins, options.nearTie),
    }))
    if (options.dtype === 'fp32') {
      const goldens = new Map<string, { readonly tokens: readonly number[]; readonly margins: readonly number[] }>([
        ...growing.map((each) => [`growing ${each.temporal_patches}`, each] as const),
        ...turns.map((each, turn) => [`turn ${turn + 1}`, each] as const),
      ])
      for (const { name, live: tokens, figures } of live) {
        const golden = goldens.get(name)
        if (!golden) continue
        const match = compareTokens(tokens.slice(0, golden.tokens.length), golden.tokens, golden.margins)
        matches.push({ name, against: 'golden', figures, ...match })
        // The reference's later turns go on from its own answers: past a flipped near tie they are another conversation.
        if (name.startsWith('turn') && match.nearTieAt !== null) break
      }
    }
    const ok = matches.length > 0 && matches.every(tokensAgree)
    return { case: reference.name, ep: options.ep, adapter, dtype: options.dtype, matches, ok }
  } finally {
    await files.close()
    await rm(folder, { recursive: true, force: true })
  }
}
