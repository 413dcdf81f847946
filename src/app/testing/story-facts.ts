import { parseAnswers } from '../../affect/parse-answers.ts'
import { liveProbes } from '../../affect/probes/probe-set.ts'
import type { ProbePoint } from '../../affect/probes/smoothing.ts'
import { reasoningPreset, type StageId, stageIds } from '../../affect/stages.ts'
import { wholePicture } from '../../affect/track.ts'
import { EngineError } from '../../base/errors.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import type { DeviceReport, LoadedBundle } from '../../readers/worker/protocol.ts'
import type { AnswerFigures } from '../../reading/events.ts'
import { modelOrigin, settingsOrigin } from '../../reading/origin.ts'
import type { AnswerState, CurrentUpdate } from '../../reading/reading.ts'
import type { RecordedReading, StripFrame } from '../session/session-state.ts'

/** Made up, as every figure in the stories; the words follow the published example. */
export const texts = {
  attributes:
    'A young woman with straight brown hair and bangs, fair skin and rosy cheeks. Her eyebrows are arched, her eyes are brown, and her lips are full. She wears a teal sweater and no eyeglasses.',
  expression:
    'Initially, her eyebrows are raised and she smiles with the lip corners pulled up and the cheeks raised. Around the middle of the video her mouth opens and she blinks. Towards the end she frowns slightly and her lip corners turn down.',
  emotion:
    'The woman appears happy. It is indicated by her smile and her raised cheeks, while the frown at the end is brief.',
}

const smallModel = {
  parameters: 1_720_000,
  layers: 2,
  hiddenSize: 64,
  heads: 4,
  kvHeads: 2,
  headDim: 16,
  vocabSize: 1600,
  visionDepth: 2,
  visionHiddenSize: 64,
}

export const smallManifest: Manifest = {
  format: 'videmo-bundle',
  version: 2,
  source: { origin: 'fixtures/data/checkpoint', architecture: 'Qwen2_5_VLForConditionalGeneration' },
  license: { name: 'Apache-2.0' },
  model: smallModel,
  dtype: 'q4',
  bits: { linear: 4, embedding: 4, vision: 8 },
  needs: { features: [], limits: { maxBufferSize: 2e6, maxStorageBufferBindingSize: 2e6 } },
  contextLength: 32_768,
  graphs: {
    vision: { graph: 'vision.onnx', data: [], compute: 'f32' },
    decoder: { graph: 'decoder.onnx', data: [], compute: 'f32' },
  },
  files: [
    { path: 'vision.onnx', bytes: 50_000, sha256: '0'.repeat(64) },
    { path: 'decoder.onnx', bytes: 1_750_000, sha256: '0'.repeat(64) },
  ],
}

export const fullManifest: Manifest = {
  ...smallManifest,
  source: { ...smallManifest.source, origin: 'KlingTeam/VidEmo-3B', revision: 'a3f19c2' },
  license: { text: 'Qwen RESEARCH LICENSE AGREEMENT (of the base model; none found for the weights)' },
  model: {
    parameters: 3_754_622_976,
    layers: 36,
    hiddenSize: 2048,
    heads: 16,
    kvHeads: 2,
    headDim: 128,
    vocabSize: 151_936,
    visionDepth: 32,
    visionHiddenSize: 1280,
  },
  dtype: 'q4f16',
  needs: {
    features: ['shader-f16'],
    limits: { maxBufferSize: 536_870_912, maxStorageBufferBindingSize: 536_870_912 },
  },
  contextLength: 128_000,
  files: Array.from({ length: 9 }, (_, index) => ({
    path: `decoder.data.00${index}`,
    bytes: 236_000_000,
    sha256: '0'.repeat(64),
  })),
}

function bundle(name: string, manifest: Manifest): LoadedBundle {
  return {
    name,
    source: { type: 'url', url: `https://models.example/${name}/` },
    manifest,
    provider: 'webgpu',
    check: {
      verdict: 'exact',
      subject: 'bundle',
      maxError: 2.1e-5,
      cosine: 0.9999998,
      mode: { subgroups: true, compute: 'f16' },
      tried: [{ mode: { subgroups: true, compute: 'f16' }, verdict: 'exact', maxError: 2.1e-5 }],
    },
    store: 'opfs',
    notices: [],
  }
}

export const smallBundle = bundle('videmo-tiny', smallManifest)
/** The small model that comes with the page: it has learnt drawn faces alone. */
export const drawnBundle = bundle('videmo-tiny', {
  ...smallManifest,
  source: { ...smallManifest.source, origin: 'training/embedded' },
  reads: 'drawn-faces',
})
export const fullBundle = bundle('videmo-3b', fullManifest)

const limits = {
  maxBufferSize: 4_294_967_296,
  maxStorageBufferBindingSize: 4_294_967_292,
  maxStorageBuffersPerShaderStage: 10,
  maxComputeWorkgroupStorageSize: 32_768,
  maxComputeInvocationsPerWorkgroup: 1024,
  maxComputeWorkgroupsPerDimension: 65_535,
}

export const graphicsCard: DeviceReport = {
  state: 'usable',
  notices: [],
  adapter: {
    name: 'apple metal-3',
    vendor: 'apple',
    architecture: 'metal-3',
    device: '',
    description: '',
    subgroupMinSize: 32,
    subgroupMaxSize: 32,
    features: ['bgra8unorm-storage', 'indirect-first-instance', 'shader-f16', 'subgroups', 'timestamp-query'],
    usedFeatures: ['shader-f16', 'subgroups'],
    limits,
    isSoftware: false,
  },
}

export const softwareAdapter: DeviceReport = {
  state: 'usable',
  notices: [
    {
      kind: 'software-adapter',
      name: 'google swiftshader',
      message: 'The only graphics adapter is a software one (google swiftshader): correct, but slow.',
      action: 'For speed, turn on hardware acceleration in the browser’s settings.',
    },
  ],
  adapter: {
    ...graphicsCard.adapter,
    name: 'google swiftshader',
    vendor: 'google',
    architecture: 'swiftshader',
    subgroupMinSize: 4,
    subgroupMaxSize: 4,
    features: ['bgra8unorm-storage', 'timestamp-query'],
    usedFeatures: [],
    isSoftware: true,
  },
}

/** Why a reading and a load have failed. */
export const gone = new EngineError({
  code: 'device-lost',
  message: 'The graphics adapter was reset while it computed, and again after a new start.',
  action: 'Close other pages that use the GPU, then try again.',
  recoverable: true,
})

const answerFigures: AnswerFigures = {
  promptTokens: 80,
  prefillMs: 420,
  answerTokens: 60,
  decodeMs: (59 / 31.4) * 1000,
  passes: 20,
  drafted: 48,
  accepted: 40,
}

/** The answers with their tree over some frames. */
export function update(
  frames: readonly StripFrame[],
  answers: Readonly<Partial<Record<StageId, AnswerState>>> = {},
  said: Readonly<Partial<Record<StageId, string>>> = texts,
): CurrentUpdate {
  const answer = (id: StageId): AnswerState =>
    answers[id] ?? { state: 'done', text: said[id] ?? '', firstTokenMs: 420, figures: answerFigures }
  return {
    update: 4,
    window: 1,
    view: 'picture',
    frames: frames.map(({ number, timeS }) => ({ number, timeS })),
    answers: Object.fromEntries(stageIds.map((id) => [id, answer(id)])) as Record<StageId, AnswerState>,
    alternatives: {},
    tree: parseAnswers(said),
  }
}

/** Finished readings, one every four seconds. */
export function readings(frames: readonly StripFrame[], count: number): readonly RecordedReading[] {
  const emotions = ['happy', 'happy', 'surprise', 'neutral', 'sad', 'happy', 'angry', 'fear', 'disgust']
  return Array.from({ length: count }, (_, update): RecordedReading => {
    const emotion = texts.emotion.replace('happy', emotions[update % emotions.length])
    return {
      track: wholePicture,
      update,
      window: update,
      view: 'picture',
      probes: [],
      source: { kind: 'file', name: 'Sample clip' },
      model: modelOrigin(smallBundle),
      settings: settingsOrigin(reasoningPreset.id, reasoningPreset.stages, {
        framesPerSecond: 2,
        windowFrames: 16,
        hopFrames: 8,
        maxTokens: 256,
      }),
      opened: 1,
      startS: update * 4,
      endS: update * 4 + 7.5,
      frames: frames.map(({ number, timeS, thumbnail }) => ({ number, timeS: timeS + update * 4, thumbnail })),
      answers: {
        attributes: { text: texts.attributes, isReused: update % 2 === 1, finish: 'end-of-text' },
        expression: { text: texts.expression, isReused: false, finish: 'end-of-text' },
        emotion: { text: emotion, isReused: false, finish: 'end-of-text' },
      },
      tree: parseAnswers({ ...texts, emotion }),
      figures: {
        updateMs: 5200,
        visionPairs: 2,
        visionMs: 700,
        prefillTokens: 300,
        prefillMs: 600,
        answerTokens: 120,
        decodeMs: 3900,
        passes: 36,
        drafted: 101,
        accepted: 84,
        firstTokenMs: 420,
      },
    }
  })
}

/** A minute of a face that is neutral, then surprised, then happy. */
export const probes: Readonly<Record<string, readonly ProbePoint[]>> = Object.fromEntries(
  liveProbes.map(({ id, options }, question) => [
    id,
    Array.from({ length: 60 }, (_, second) => {
      const weights = options.map((option, index) => {
        const noise = 1 + 0.6 * Math.sin(second * 1.7 + index * 2.3 + question)
        return Math.exp(likely(option, second, question)) * noise
      })
      const sum = weights.reduce((total, weight) => total + weight, 0)
      return { timeS: second + 1, probabilities: weights.map((weight) => weight / sum) }
    }),
  ]),
)

function likely(option: string, second: number, question: number): number {
  if (option === 'neutral') return second < 22 ? 4 : 0.5
  if (option === 'surprise') return 4 - Math.abs(second - 28) / 2
  if (option === 'happy' || option === 'positive') return second > 32 ? 4 : 0
  return option === 'yes' ? 3 * Math.sin(second / 9 + question * 1.3) : 0
}
