import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BundleDirectory } from '../../../cli/bundle-directory.ts'
import { DirectoryFiles } from '../../../cli/directory-files.ts'
import { DirectorySink } from '../../../cli/directory-sink.ts'
import { buildBundle } from '../../build/build.ts'
import { nodeCpuRuntime } from '../backends/cpu/node-runtime.ts'
import type { CpuRuntime } from '../backends/runtime.ts'
import type { Tensor } from '../backends/tensors.ts'
import { type Bundle, openBundle } from '../bundle.ts'
import type { Answer, AnswerOptions, Conversation } from '../conversation.ts'
import { Decoder, type DecoderOptions } from '../decoder.ts'
import { LiveWindow } from '../live-window.ts'
import { VisionEncoder } from '../vision-encoder.ts'

const checkpoint = fileURLToPath(new URL('../../../fixtures/data/checkpoint', import.meta.url))

/** The grid of `features`: two pairs of frames. */
export const grid = { t: 2, h: 8, w: 8 }

export let runtime: CpuRuntime
export let bundle: Bundle
export let encoder: VisionEncoder
/** f32 [rows, hidden] of `picture(0)`. */
export let features: Tensor
let folder: string

/** Builds the fixture checkpoint and loads it on Node's CPU provider; for `beforeAll`. */
export async function openFixture(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'videmo-engine-'))
  const files = new DirectoryFiles(checkpoint)
  await buildBundle(files, await DirectorySink.open(join(folder, 'bundle')), { dtype: 'q8' })
  await files.close()
  runtime = await nodeCpuRuntime()
  bundle = await openBundle(new BundleDirectory(join(folder, 'bundle')))
  encoder = await VisionEncoder.create(runtime, bundle)
  features = await encoder.encode(picture(0), grid)
}

/** For `afterAll`. */
export async function closeFixture(): Promise<void> {
  await encoder.dispose()
  await rm(folder, { recursive: true, force: true })
}

/** Made-up pixel values of the whole grid: f32 [t * h * w, 1176]. */
export function picture(phase: number, patches = grid.t * grid.h * grid.w): Float32Array {
  return Float32Array.from({ length: patches * 1176 }, (_, i) => Math.sin(i * 0.37 + phase) + Math.cos(i * 0.011))
}

export const decoder = (options: Partial<DecoderOptions> = {}) =>
  Decoder.create(runtime, bundle, { capacity: 512, ...options })

export async function ask(conversation: Conversation, question: string, options: AnswerOptions = {}): Promise<Answer> {
  const stream = conversation.ask(question, { maxTokens: 12, ignoreEos: true, ...options })
  for (;;) {
    const step = await stream.next()
    if (step.done) return step.value
  }
}

/** A window of two pairs, over a decoder of its own. */
export async function windowOver(d: Decoder): Promise<LiveWindow> {
  const window = new LiveWindow(runtime, bundle, d, { ...grid, t: 1 })
  const half = picture(0).length / 2
  await window.append(await encoder.encode(picture(0).slice(0, half), { ...grid, t: 1 }))
  await window.append(await encoder.encode(picture(0).slice(half), { ...grid, t: 1 }))
  return window
}
