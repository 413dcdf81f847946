import { decoderGraph, type PlannedGraph } from '../graphs/decoder-graph.ts'
import { visionGraph } from '../graphs/vision-graph.ts'
import type { GraphFiles } from '../output/placed-graph.ts'
import { bundleTexts } from './bundle-texts.ts'
import type { Layout } from './layout.ts'

/** This program's own bundle: two graphs and a manifest. */
export const bundleLayout: Layout = {
  hasManifest: true,
  graphs: (config, { text, vision }) => [
    graphFiles('vision', visionGraph(config.vision, vision)),
    graphFiles('decoder', decoderGraph(config.text, text)),
  ],
  texts: async ({ sidecars, config }) => bundleTexts(sidecars, config),
}

function graphFiles(name: string, planned: PlannedGraph): GraphFiles {
  return {
    name,
    path: `${name}.onnx`,
    planned,
    nameDataFile: (stream, index) => `${name}.${stream}.${String(index).padStart(3, '0')}`,
  }
}
