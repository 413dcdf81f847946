import type { Dtype } from '../../manifest/manifest.ts'
import type { PlannedGraph } from '../graphs/decoder-graph.ts'
import type { GraphFiles } from '../output/placed-graph.ts'
import type { Layout } from './layout.ts'
import { embedTokensGraph, mergedDecoderGraph, visionEncoderGraph } from './transformers-js-graphs.ts'
import { readChatTemplate, transformersJsTexts } from './transformers-js-texts.ts'

/** What `Qwen2_5_VLForConditionalGeneration` of transformers.js loads: three graphs under `onnx/`, no manifest. */
export const transformersJsLayout: Layout = {
  hasManifest: false,
  graphs: (config, { text, vision }, dtype) => [
    graphFiles('embed_tokens', dtype, embedTokensGraph(config.text, text)),
    graphFiles('vision_encoder', dtype, visionEncoderGraph(config.vision, vision)),
    graphFiles('decoder_model_merged', dtype, mergedDecoderGraph(config.text, text)),
  ],
  async texts({ files, sidecars, config, signal }, dtype, graphs) {
    const counts = graphs.map(({ path, folder, storage: { streams } }) => [
      path.slice(folder.length),
      streams.data.length + streams.scales.length,
    ])
    const chatTemplate = await readChatTemplate(files, sidecars, signal)
    return transformersJsTexts({ sidecars, config, chatTemplate }, dtype, Object.fromEntries(counts))
  },
}

function graphFiles(name: string, dtype: Dtype, planned: PlannedGraph): GraphFiles {
  const file = `${name}${dtypeSuffixes[dtype]}.onnx`
  return {
    name,
    path: `onnx/${file}`,
    planned,
    // transformers.js numbers all data files of a graph in one sequence and leaves out the 0.
    nameDataFile: (_stream, _index, number) => `${file}_data${number === 0 ? '' : `_${number}`}`,
  }
}

/** By which transformers.js finds a graph's file for a dtype. */
const dtypeSuffixes: Readonly<Record<Dtype, string>> = {
  fp32: '',
  fp16: '_fp16',
  q8: '_quantized',
  q4: '_q4',
  q4f16: '_q4f16',
}
