import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as ort from 'onnxruntime-node'
import { reasoningPreset, type StageId } from '../src/affect/stages.ts'
import { type BundleFiles, openBundle } from '../src/engine/bundle.ts'
import { Decoder } from '../src/engine/decoder.ts'
import { answerAll, bannedIds, encodeClip, type SourceFrame, slotsFor } from '../src/engine/reading.ts'
import type { Runtime } from '../src/engine/runtime.ts'
import { VisionEncoder } from '../src/engine/vision-encoder.ts'
import { sequencePositions, videoTokens } from '../src/qwen25vl/index.ts'

const folder = fileURLToPath(new URL('../public/models/videmo-tiny', import.meta.url))

export interface CpuReading {
  readonly ids: Readonly<Record<StageId, readonly number[]>>
  /**
   * How much the page's token at a step falls short of this engine's best, in logits, after everything the page
   * itself said before it.
   */
  shortfall(stage: StageId, streamed: Readonly<Record<StageId, readonly number[]>>, step: number): Promise<number>
  close(): Promise<void>
}

/** The same frames, recipe and engine, on ONNX Runtime's CPU provider in Node. */
export async function readOnCpu(frames: readonly SourceFrame[], maxTokens: number): Promise<CpuReading> {
  const runtime: Runtime = { provider: 'cpu', ort: ort as unknown as Runtime['ort'] }
  const files: BundleFiles = { read: async (path) => new Uint8Array(await readFile(join(folder, path))) }
  const bundle = await openBundle({ ...files, pathOf: (path) => join(folder, path) })
  const encoder = await VisionEncoder.create(runtime, bundle)
  const clip = await encodeClip(runtime, bundle, encoder, frames, frames.length)
  const { stages } = reasoningPreset
  const banned = bannedIds(bundle)
  const capacity = slotsFor(bundle, clip.grid, stages, maxTokens)
  const decoder = await Decoder.create(runtime, bundle, { capacity, bannedIds: banned })
  const ids: Record<StageId, readonly number[]> = { attributes: [], expression: [], emotion: [] }
  for await (const event of answerAll(bundle, decoder, clip, stages, { maxTokens })) {
    if (event.type === 'answer') ids[event.id] = event.answer.ids
  }

  const shortfall: CpuReading['shortfall'] = async (stage, streamed, step) => {
    const videos = [videoTokens(clip.grid, bundle.config.vision)]
    let sequence: number[] = []
    for (const { id, prompt } of stages) {
      sequence =
        sequence.length === 0
          ? bundle.template.firstTurn({ videos, question: prompt })
          : [...sequence, ...bundle.template.nextTurn(prompt)]
      sequence.push(...(id === stage ? streamed[id].slice(0, step) : streamed[id]))
      if (id === stage) break
    }
    const { positions } = sequencePositions(
      { ids: sequence, videoPad: bundle.config.tokens.videoPad, grids: [clip.grid] },
      bundle.config.vision,
    )
    decoder.rollback(0)
    const { logits } = await decoder.run({ ids: sequence, positions, features: clip.features, withLogits: true })
    if (!logits) throw new Error('no logits')
    for (const id of banned) logits[id] = Number.NEGATIVE_INFINITY
    return Math.max(...logits) - logits[streamed[stage][step]]
  }

  return {
    ids,
    shortfall,
    close: async () => {
      await decoder.dispose()
      await encoder.dispose()
    },
  }
}
