import type { Manifest } from './manifest.ts'

/** A small manifest of two graphs and one data file, for tests. */
export const manifestFixture: Manifest = {
  format: 'videmo-bundle',
  version: 2,
  source: { origin: 'somewhere', architecture: 'Qwen2_5_VLForConditionalGeneration' },
  license: { link: 'somewhere' },
  model: {
    parameters: 1,
    layers: 1,
    hiddenSize: 1,
    heads: 1,
    kvHeads: 1,
    headDim: 1,
    vocabSize: 1,
    visionDepth: 1,
    visionHiddenSize: 1,
  },
  dtype: 'q4',
  bits: { linear: 4, embedding: 4, vision: 4 },
  needs: { features: [], limits: { maxBufferSize: 1, maxStorageBufferBindingSize: 1 } },
  contextLength: 1,
  graphs: {
    vision: { graph: 'vision.onnx', data: ['vision.data.000'], compute: 'f32' },
    decoder: { graph: 'decoder.onnx', data: [], compute: 'f32' },
  },
  files: ['vision.onnx', 'vision.data.000', 'decoder.onnx'].map((path) => ({ path, bytes: 1, sha256: 'a'.repeat(64) })),
}
